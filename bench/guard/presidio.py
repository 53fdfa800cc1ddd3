"""Presidio's pattern recognizers for English, called directly, without an NLP engine: CPU per KiB of texts on standard input."""

import inspect
import json
import sys
import time
from importlib.metadata import version

import tldextract

# Its list of top-level domains comes with the package: nothing is fetched.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())

from presidio_analyzer import PatternRecognizer, predefined_recognizers  # noqa: E402

recognizers = []
for _, kind in inspect.getmembers(predefined_recognizers, inspect.isclass):
    if issubclass(kind, PatternRecognizer) and kind is not PatternRecognizer:
        recognizer = kind()
        if recognizer.supported_language == "en":
            recognizers.append(recognizer)


def analyze(text):
    for recognizer in recognizers:
        recognizer.analyze(text, recognizer.supported_entities, None)


figures = {}
for name, text in json.load(sys.stdin).items():
    analyze(text)
    times = []
    for _ in range(3):
        started = time.process_time()
        analyze(text)
        times.append(time.process_time() - started)
    figures[name] = sorted(times)[1] * 1e6 / (len(text) / 1024)
print(json.dumps({"version": version("presidio_analyzer"), "recognizers": len(recognizers), "usPerKib": figures}))
