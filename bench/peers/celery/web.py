"""The web of a queue with Celery."""
from flask import Flask, jsonify, request

from tasks import process

app = Flask(__name__)


@app.post("/api/add/<task>")
def add(task):
    stored = process.apply_async((request.get_json()["text"],))
    return jsonify(id=stored.id, state="waiting"), 202, {"Location": f"/api/tasks/{stored.id}"}
