"""The web hop of the stack this project came from."""
import os

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)
worker = os.environ["WORKER_URL"]


@app.post("/analyze")
def analyze():
    answer = requests.post(f"{worker}/process", json={"text": request.get_json()["text"]}, timeout=10).json()
    return jsonify(processed_text=f"Word Count: {answer['word_count']} | Reverse: {answer['reversed_text']}")
