# One run of a deployment: for Fargate, or wherever a container runs a task.
#   docker build -f containers/deployments.Dockerfile --build-arg TERRAFORM_SHA256=… -t provider-sync-deployments .
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts scripts
COPY src src
RUN node scripts/build.ts

# Terraform itself, by the digest that whoever builds the image has checked. TERRAFORM_URL may be a mirror's.
FROM node:24-slim AS terraform
ARG TERRAFORM_VERSION=1.11.4
ARG TARGETARCH=arm64
ARG TERRAFORM_URL=https://releases.hashicorp.com/terraform/${TERRAFORM_VERSION}/terraform_${TERRAFORM_VERSION}_linux_${TARGETARCH}.zip
ARG TERRAFORM_SHA256
ADD ${TERRAFORM_URL} /terraform.zip
RUN test -n "$TERRAFORM_SHA256" \
    && echo "$TERRAFORM_SHA256  /terraform.zip" | sha256sum --check --strict \
    && apt-get update && apt-get install -y --no-install-recommends unzip \
    && unzip /terraform.zip terraform -d /opt

FROM node:24-slim
COPY --from=build /app/dist /app/dist
COPY --from=terraform /opt/terraform /usr/local/bin/terraform
RUN mkdir /work && chown node:node /work
USER node
VOLUME /work
# The only folder that is written to: what Terraform unpacks, for as long as the task lives.
ENV NODE_OPTIONS=--enable-source-maps HOME=/work TMPDIR=/work PROVIDER_SYNC_DEPLOYMENTS=/work/deployments
# Node itself is the first process, so that it hears SIGTERM and hands on one signal.
ENTRYPOINT ["node", "/app/dist/provider-sync.mjs"]
CMD ["deployments", "run", "--help"]
