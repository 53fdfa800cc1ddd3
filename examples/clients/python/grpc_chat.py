"""gRPC with code generated from the contract."""

import sys

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status

from sluice.chat.v1.chat_completion_request_pb2 import ChatCompletionRequest
from sluice.chat.v1.chat_completion_service_pb2_grpc import ChatCompletionServiceStub
from sluice.chat.v1.chat_message_pb2 import ROLE_USER, ChatMessage


def ask(model: str) -> ChatCompletionRequest:
    return ChatCompletionRequest(model=model, messages=[ChatMessage(role=ROLE_USER, content="Hello from gRPC")])


address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8080"
with grpc.insecure_channel(address) as channel:
    chat = ChatCompletionServiceStub(channel)

    whole = chat.CreateChatCompletion(ask("demo/echo"), timeout=30)
    print("whole:", whole.choices[0].message.content)

    text = ""
    for chunk in chat.StreamChatCompletion(ask("demo/echo"), timeout=30):
        text += chunk.choices[0].delta.content if chunk.choices else ""
        if chunk.HasField("route"):
            print("streamed:", text, f"({chunk.usage.total_tokens} tokens, by {chunk.route.provider}/{chunk.route.model})")

    try:
        chat.CreateChatCompletion(ask("demo/nothing"), timeout=30)
    except grpc.RpcError as error:
        info = ErrorInfo()
        if not any(detail.Unpack(info) for detail in rpc_status.from_call(error).details):
            raise
        print("refused:", info.reason, "-", error.details())
