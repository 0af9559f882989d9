// A local socket for people's and models' wishes: one event a line, as `tranchet step` reads it, in
// the log's folder, for the program's own user alone (mode 0600).
//
//   {"time":"2026-01-01T00:00:00Z","type":"CloseRequested","instrument":"BTCUSDT",
//    "reason":"ModelClose"}                                            one line
//
// Each is answered by one line, after it is durably in the log, or refused:
//
//   {"ok":true,"seq":1234}
//   {"ok":false,"error":"price \"abc\" is not a number"}
//
// The time is the program's own; the line's is not looked at. It is the same door that the gateway
// uses: Writer::wish.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "adapters/live/writer.h"
#include "adapters/net/client_network.h"

namespace tranchet {

class ControlSocket {
 public:
  // Called on the network's thread, with what takes the answer, from any thread. False: not now.
  using Take = std::function<bool(std::string line, std::function<void(WishAnswer)> answer)>;

  // The error says why `path` cannot be listened on. A socket that nobody listens on is replaced.
  static std::expected<std::unique_ptr<ControlSocket>, std::string> listen(
      Network& network, const std::filesystem::path& path, Take take);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  class Listener;
  explicit ControlSocket(std::shared_ptr<Listener> listener, Network& network);
  std::shared_ptr<Listener> listener_;
  Network& network_;
};

}  // namespace tranchet
