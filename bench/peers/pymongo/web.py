"""Documents with Flask and PyMongo."""
import datetime
import os
import uuid

from flask import Flask, abort, jsonify, request
from pymongo import MongoClient
from pymongo.write_concern import WriteConcern

app = Flask(__name__)
# gunicorn imports this file in each worker, after it has forked: a client must not be shared by processes.
client = MongoClient(os.environ["MONGODB_URL"])
on_disk = WriteConcern("majority", j=True)
documents = client.get_default_database().get_collection("pymongo", write_concern=on_disk)


def answer(stored):
    return jsonify(id=stored["_id"], createdAt=stored["createdAt"].isoformat(), document=stored["document"])


@app.post("/data")
def create():
    now = datetime.datetime.now(datetime.timezone.utc)
    stored = {"_id": uuid.uuid4().hex, "createdAt": now, "document": request.get_json()}
    documents.insert_one(stored)
    return answer(stored), 201, {"Location": f"/data/{stored['_id']}"}


@app.get("/data/<identifier>")
def read(identifier):
    found = documents.find_one({"_id": identifier})
    return answer(found) if found else abort(404)
