// gRPC with code generated from the contract.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	chatv1 "example.com/sluice-client/gen/sluice/chat/v1"
)

func main() {
	address := "127.0.0.1:8080"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	if err := run(address); err != nil {
		log.Fatal(err)
	}
}

func run(address string) error {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	chat := chatv1.NewChatCompletionServiceClient(connection)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	whole, err := chat.CreateChatCompletion(ctx, ask("demo/echo"))
	if err != nil {
		return err
	}
	fmt.Println("whole:", whole.GetChoices()[0].GetMessage().GetContent())

	stream, err := chat.StreamChatCompletion(ctx, ask("demo/echo"))
	if err != nil {
		return err
	}
	text := ""
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for _, choice := range chunk.GetChoices() {
			text += choice.GetDelta().GetContent()
		}
		if route := chunk.GetRoute(); route != nil {
			tokens := chunk.GetUsage().GetTotalTokens()
			fmt.Printf("streamed: %s (%d tokens, by %s/%s)\n", text, tokens, route.GetProvider(), route.GetModel())
		}
	}

	_, err = chat.CreateChatCompletion(ctx, ask("demo/nothing"))
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			fmt.Println("refused:", info.GetReason(), "-", status.Convert(err).Message())
		}
	}
	return nil
}

func ask(model string) *chatv1.ChatCompletionRequest {
	content := "Hello from Go"
	return &chatv1.ChatCompletionRequest{
		Model:    model,
		Messages: []*chatv1.ChatMessage{{Role: chatv1.Role_ROLE_USER, Content: &content}},
	}
}
