#include "adapters/live/account_lock.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "events/digest.h"

namespace tranchet {

std::expected<AccountLock, std::string> AccountLock::take(std::string_view host,
                                                          std::string_view account,
                                                          std::uint8_t number) {
  // Two digests with different beginnings: chance does not make two accounts one.
  std::string name = "tranchet-account";
  for (const std::uint64_t beginning : {1U, 2U}) {
    Digest digest;
    digest.add(beginning);
    digest.add_text(host);
    digest.add_text(account);
    digest.add(std::uint64_t{number});
    name += "-" + std::to_string(digest.value());
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // From the second byte on: a first one that is zero makes the name an abstract one.
  const std::size_t size = std::min(name.size(), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path + 1, name.data(), size);
  const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return std::unexpected(std::string("no socket: ") + std::strerror(errno));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  if (::bind(handle, reinterpret_cast<const sockaddr*>(&address), length) == 0) {
    return AccountLock(handle);
  }
  const int failed = errno;
  ::close(handle);
  if (failed != EADDRINUSE) {
    return std::unexpected(std::string("the account cannot be locked: ") + std::strerror(failed));
  }
  return std::unexpected("another program of this machine trades on this account under account " +
                         std::string("number ") + std::to_string(number) +
                         ": stop it first, or give this one another account.number");
}

AccountLock::~AccountLock() {
  if (socket_ >= 0) ::close(socket_);
}

}  // namespace tranchet
