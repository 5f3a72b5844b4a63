# docker build -t authbench . && docker run --rm -v "$PWD/results:/results" authbench run
# More than one machine: docs/fleet.md, docs/deploy/.
FROM node:26.10.0-bookworm-slim

# util-linux has taskset, which pins servers and the load generator to cores of their own.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends redis-server util-linux \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/authbench
COPY package.json package-lock.json .npmrc ./
# The image brings Node; the copies among the optional dependencies would only add to it.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY LICENSE README.md ./
COPY src src
COPY servers servers
COPY bench bench

# A new volume belongs to whom the folder in the image does: that of results, and that of a fleet's join file.
RUN mkdir /results /fleet && chown node:node /results /fleet
USER node
WORKDIR /results
VOLUME /results
ENTRYPOINT ["node", "/opt/authbench/bench/main.ts"]
CMD ["run", "--out", "/results"]
