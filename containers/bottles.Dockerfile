# One sync of the bottles in a config, or one part of a run of stacks/bottles.yaml: for Fargate, or wherever a container
# runs on a schedule.
#   docker build -f containers/bottles.Dockerfile -t provider-sync-bottles .
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY src src
RUN node_modules/.bin/esbuild src/handlers/bottles/task.ts --bundle --platform=node --target=node24 --format=esm \
    --sourcemap --outfile=/task/task.mjs \
    --banner:js='import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'

FROM node:24-slim
COPY --from=build /task /task
USER node
ENV NODE_OPTIONS=--enable-source-maps
# Node itself is the first process, so that it hears SIGTERM.
ENTRYPOINT ["node", "/task/task.mjs"]
