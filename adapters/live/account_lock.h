// One program at a time on an account: two that trade with the same account number would give the
// same ids to different orders, and each would take the other's for its own.
//
// A name in the system's own table of sockets (abstract, unix(7)): it ends with the process,
// however that ends, and leaves no file behind. It is seen by all users of this machine, and by no
// other machine.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace tranchet {

class AccountLock {
 public:
  // `host`: of the venue; `account`: Signer::account(); `number`: account.number of the
  // configuration. The error names the number.
  static std::expected<AccountLock, std::string> take(std::string_view host,
                                                      std::string_view account,
                                                      std::uint8_t number);
  ~AccountLock();
  AccountLock(AccountLock&& other) noexcept : socket_(other.socket_) { other.socket_ = -1; }
  AccountLock& operator=(AccountLock&&) = delete;

 private:
  explicit AccountLock(int socket) : socket_(socket) {}
  int socket_ = -1;
};

}  // namespace tranchet
