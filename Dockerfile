# Build: docker build -t tapewatch .      Run: docker run -p 8000:8000 -v tapewatch-data:/data tapewatch
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/tapewatch
ENV PATH=/opt/tapewatch/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt requirements-build.txt ./
RUN pip install --require-hashes -r requirements.txt -r requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY rules rules
COPY alembic alembic
RUN pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin tapewatch \
    && mkdir /data && chown tapewatch:tapewatch /data
COPY --from=build /opt/tapewatch /opt/tapewatch
ENV PATH=/opt/tapewatch/bin:$PATH PYTHONUNBUFFERED=1 \
    TAPEWATCH_DATA_DIR=/data TAPEWATCH_HOST=0.0.0.0 TAPEWATCH_LOG_FORMAT=json
USER tapewatch
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["tapewatch", "status", "--ready"]
ENTRYPOINT ["tapewatch"]
CMD ["run"]
