import { Code } from "@connectrpc/connect";
import { descriptorsOf, type FileIndex } from "./file-index.ts";

/** A question, as both versions have it. */
type Question =
  | {
      readonly case: "fileByFilename" | "fileContainingSymbol" | "allExtensionNumbersOfType" | "listServices";
      readonly value: string;
    }
  | {
      readonly case: "fileContainingExtension";
      readonly value: { readonly containingType: string; readonly extensionNumber: number };
    }
  | { readonly case: undefined };

/** An answer, as both versions have it. */
type Answer =
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Uint8Array[] } }
  | { case: "allExtensionNumbersResponse"; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: "errorResponse"; value: { errorCode: number; errorMessage: string } };

/**
 * Answers one question of server reflection (https://github.com/grpc/grpc/blob/master/doc/server-reflection.md). v1 and v1alpha
 * have the same questions and answers under two package names.
 */
export function reflectionAnswer(question: Question, files: FileIndex, services: readonly string[]): Answer {
  switch (question.case) {
    case "listServices":
      return { case: "listServicesResponse", value: { service: services.map((name) => ({ name })) } };
    case "fileByFilename":
      return fileAnswer(files.byName(question.value), question.value);
    case "fileContainingSymbol":
      return fileAnswer(files.bySymbol(question.value), question.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = question.value;
      return fileAnswer(files.byExtension(containingType, extensionNumber), `${containingType}[${extensionNumber}]`);
    }
    case "allExtensionNumbersOfType": {
      const baseTypeName = question.value;
      const extensionNumber = files.extensionNumbers(baseTypeName);
      if (extensionNumber === undefined) return failure(Code.NotFound, `unknown: ${baseTypeName}`);
      return { case: "allExtensionNumbersResponse", value: { baseTypeName, extensionNumber: [...extensionNumber] } };
    }
    default:
      return failure(Code.InvalidArgument, "the request asks for nothing");
  }
}

function fileAnswer(file: Parameters<typeof descriptorsOf>[0] | undefined, asked: string): Answer {
  if (file === undefined) return failure(Code.NotFound, `unknown: ${asked}`);
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto: descriptorsOf(file) } };
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
