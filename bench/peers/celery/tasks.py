"""The worker of a queue with Celery, set up as its documentation advises for production."""
import os

from celery import Celery

redis = os.environ["REDIS_URL"]
# The results alone are in the first database: the bench counts its keys.
app = Celery("tasks", broker=redis.replace("/0", "/1"), backend=redis)
app.conf.update(
    # A task of a worker that is killed runs again, as ours does.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    result_expires=86_400,
    # "If you have many tasks with a short duration … a value such as 50 or 150".
    worker_prefetch_multiplier=64,
    broker_connection_retry_on_startup=True,
    # One per thread of the web.
    broker_pool_limit=32,
)


@app.task
def process(text):
    return f"Word Count: {len(text.split())} | Reverse: {text[::-1]}"
