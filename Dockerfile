# One file, an image per program: docker build --target web|worker|client|certs .
# Each holds one bundle on a runtime without shell and package manager; `npm run images` builds all.
# The runtime of every image. `npm run images -- --push` pins it to the digest that the tag has then.
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot

# On the build platform: bundles are the same for every target.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY common/package.json common/
COPY certs/package.json certs/
COPY server/package.json server/
COPY client/package.json client/
# Without install scripts: npm's `node` would fetch a second Node.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY common common
COPY certs certs
COPY server server
COPY client client
COPY scripts/build.ts scripts/inventory.ts scripts/
RUN node scripts/build.ts && mkdir log

FROM $BASE AS runtime
WORKDIR /app
USER 65532:65532
# Stack traces name lines of the sources, by the map beside the bundle.
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
ENTRYPOINT ["/nodejs/bin/node", "/app/main.mjs"]
# Compose passes no arguments. `npm run release` writes this line.
ARG VERSION=0.2.0
ARG REVISION=unknown
ARG BASE
LABEL org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.licenses=MIT \
      org.opencontainers.image.base.name=$BASE

FROM runtime AS web
LABEL org.opencontainers.image.title=analyze/web \
      org.opencontainers.image.description="Answers requests behind the edge, calls worker"
EXPOSE 8080 9090
COPY --from=build /src/dist/web/ ./

FROM runtime AS worker
LABEL org.opencontainers.image.title=analyze/worker \
      org.opencontainers.image.description="Counts words and reverses text for web"
EXPOSE 8081 9091
COPY --from=build /src/dist/worker/ ./

FROM runtime AS client
LABEL org.opencontainers.image.title=analyze/client \
      org.opencontainers.image.description="Probes the edge every minute and logs each result"
# The client writes only to this folder: mount a volume that user 65532 owns.
ENV ANALYZE_LOG=/log/analyze.log
COPY --from=build --chown=65532:65532 /src/log /log
COPY --from=build /src/dist/client/ ./

FROM runtime AS certs
LABEL org.opencontainers.image.title=analyze/certs \
      org.opencontainers.image.description="Issues the private CA and the edge's certificate, once"
COPY --from=build /src/dist/certs/ ./
