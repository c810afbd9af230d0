# Builds the packages in one stage, so that the image carries neither pip's cache nor its leftovers.
FROM python:3.11-slim AS packages
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 CHANCERY_VAR=/var/lib/chancery HOST=0.0.0.0
RUN useradd --system chancery && install --directory --owner=chancery /var/lib/chancery
WORKDIR /chancery
COPY --from=packages /venv /venv
COPY . .
USER chancery
EXPOSE 8000
# Migrates, then serves; SIGTERM ends it. DATABASE_URL says where the data are.
CMD ["python", "-m", "config.serve"]
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz')"]
