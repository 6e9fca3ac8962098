"""The worker hop of the stack this project came from."""
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/process")
def process():
    text = request.get_json()["text"]
    return jsonify(word_count=len(text.split()), reversed_text=text[::-1])
