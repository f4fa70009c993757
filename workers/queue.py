"""The Celery app of a trainer: one run at a time, nothing prefetched, no remote control.

A trainer hears the queues of what it can do: `gpu` only where it has a graphics card.
"""

from kombu.entity import Queue

from backend import jobs, turns
from workers.device import kind

app = jobs.queue
needs = turns.NEEDS if kind() == turns.GPU else (turns.CPU, turns.BATCH)

app.conf.update(
    include=["workers.tasks", "workers.pieces", "workers.announce", "workers.poll"],
    task_queues=[Queue(need) for need in needs],
    worker_concurrency=1,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_max_tasks_per_child=50,  # what leaks in a supervisor goes with it
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
)
app.set_current()
