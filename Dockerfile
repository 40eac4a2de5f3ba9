# One image for every service: the arguments choose which, such as `orchestrator.cjs`; without any it is the gateway.
#
#   docker build --tag weft:0.1.0 .
#   docker run --rm --env-file llm.env weft:0.1.0 llm.cjs
#
# The base can be pinned to a digest, or replaced: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /weft
COPY . .
RUN npm install --no-save --loglevel=error
RUN npm run -s build && node tools/repo/bundle-services.mjs

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="weft" org.opencontainers.image.licenses="Apache-2.0"
# A service needs node alone: no package manager, and nothing that one brought.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-*
WORKDIR /app
COPY --from=build /weft/dist/bundle/ ./
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 8080 8081 9000 9090 9464
ENTRYPOINT ["node"]
CMD ["gateway.cjs"]
