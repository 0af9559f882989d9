// A line through the control socket of a program that trades, as a person would send it.
#pragma once

#include <filesystem>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tranchet {

// `event`: its fields without the time. The answer's line.
inline std::string wish_of(const std::filesystem::path& log, const std::string& event) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (log / "control").string();
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  std::string answer = "nobody listens";
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string line = "{\"time\":\"2026-01-01T00:00:00Z\"," + event + "}\n";
    [[maybe_unused]] const auto sent = ::write(socket, line.data(), line.size());
    char bytes[4096];
    const ssize_t size = ::read(socket, bytes, sizeof(bytes));
    answer.assign(bytes, size > 0 ? static_cast<std::size_t>(size) : 0);
  }
  ::close(socket);
  return answer;
}

}  // namespace tranchet
