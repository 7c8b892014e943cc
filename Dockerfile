# The console in a container, for people who do not have Go:
#
#   docker build -t ringback .
#   docker run --rm --network host ringback dev --app http://127.0.0.1:3000
#
# The console listens on loopback only, so the container shares the host's
# network. Docker Desktop needs "Enable host networking" in its settings.
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOWORK=off go build -trimpath -ldflags "-s -w" -o /ringback ./cmd/ringback
RUN mkdir -p /home/ringback

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /ringback /ringback
# For the console's token and its captures; a volume here keeps them: -v ringback:/home/ringback
COPY --from=build --chown=65532:65532 /home/ringback /home/ringback
ENV HOME=/home/ringback
USER 65532
ENTRYPOINT ["/ringback"]
CMD ["dev", "--no-open"]
