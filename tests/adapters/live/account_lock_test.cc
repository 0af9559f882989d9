// One program at a time on an account and its number.
#include "adapters/live/account_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tranchet {
namespace {

TEST(AccountLock, IsHeldOnceAndEndsWithItsHolder) {
  // Of this process alone: other tests may run beside it.
  const std::string host = "host-of-" + std::to_string(::getpid());
  {
    const auto first = AccountLock::take(host, "0xabc", 1);
    ASSERT_TRUE(first.has_value()) << first.error();
    const auto second = AccountLock::take(host, "0xabc", 1);
    ASSERT_FALSE(second.has_value());
    EXPECT_NE(second.error().find("account number 1"), std::string::npos) << second.error();
    EXPECT_TRUE(AccountLock::take(host, "0xabc", 2).has_value()) << "its ids are others";
    EXPECT_TRUE(AccountLock::take(host, "0xabd", 1).has_value());
    EXPECT_TRUE(AccountLock::take(host + "x", "0xabc", 1).has_value());
  }
  EXPECT_TRUE(AccountLock::take(host, "0xabc", 1).has_value());
}

}  // namespace
}  // namespace tranchet
