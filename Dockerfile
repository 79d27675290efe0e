# syntax=docker/dockerfile:1

FROM python:3.13-slim AS packages
COPY requirements/run.txt /tmp/run.txt
RUN python -m venv /opt/marginalia \
 && /opt/marginalia/bin/python -m pip install --no-cache-dir --require-hashes --no-deps -r /tmp/run.txt

FROM python:3.13-slim
RUN groupadd --system --gid 10001 marginalia \
 && useradd --system --uid 10001 --gid marginalia --no-create-home --home-dir /nonexistent marginalia \
 && install -d -o marginalia -g marginalia /data
COPY --from=packages /opt/marginalia /opt/marginalia
WORKDIR /app
COPY engine engine
COPY bot bot
COPY locales locales
# Written once here, since the account that runs the bot may write nowhere but in /data.
RUN ["/opt/marginalia/bin/python", "-m", "compileall", "-q", "engine", "bot"]

ENV PATH=/opt/marginalia/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite+aiosqlite:////data/marginalia.db \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['HTTP_PORT'] + '/healthz', timeout=4)"]
# The database is given back in order on SIGTERM, which is what `docker stop` sends.
CMD ["python", "-m", "bot", "run"]
