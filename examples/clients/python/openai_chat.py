"""The official OpenAI SDK; only its base URL is Sluice's."""

import sys

from openai import APIStatusError, OpenAI

url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
client = OpenAI(base_url=f"{url}/v1", api_key="unused")
messages = [{"role": "user", "content": "Hello from Python"}]

whole = client.chat.completions.create(model="demo/echo", messages=messages)
print("whole:", whole.choices[0].message.content)

text = ""
for chunk in client.chat.completions.create(
    model="demo/echo", messages=messages, stream=True, stream_options={"include_usage": True}
):
    text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    if chunk.usage:
        print("streamed:", text, f"({chunk.usage.total_tokens} tokens)")

try:
    client.chat.completions.create(model="demo/nothing", messages=messages)
except APIStatusError as error:
    print("refused:", error.status_code, error.code)
