#include "adapters/service/service_notice.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace tranchet {
namespace {

std::optional<std::uint64_t> number_in(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  const std::string_view text = value;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

ServiceNotice ServiceNotice::from_environment() {
  ServiceNotice notice;
  const char* const socket = std::getenv("NOTIFY_SOCKET");
  if (socket == nullptr) return notice;
  notice.socket_ = socket;
  const auto microseconds = number_in("WATCHDOG_USEC");
  // A program that the service has started inherits the variables, and is not watched.
  const auto watched = number_in("WATCHDOG_PID");
  const bool is_watched = !watched || *watched == static_cast<std::uint64_t>(::getpid());
  if (microseconds && *microseconds > 1 && is_watched) {
    notice.alive_every_ = std::chrono::microseconds(*microseconds / 2);
  }
  return notice;
}

void ServiceNotice::send(std::string_view words) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  socket_.copy(address.sun_path, socket_.size());
  // "@name" is an abstract one: its name begins with a zero byte.
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const int handle = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  ::sendto(handle, words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
           reinterpret_cast<const sockaddr*>(&address), length);
  ::close(handle);
}

}  // namespace tranchet
