// Who may what: the file of users, tokens, and addresses.
#include "adapters/gateway/access.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/adapters/gateway/traded_session.h"

namespace tranchet {
namespace {

constexpr std::string_view kAnna = "anna-token-0123456789abcdef";
constexpr std::string_view kBob = "bob-token-0123456789abcdef0";

class AccessTest : public testing::Test {
 protected:
  std::expected<Access, std::string> load(const std::string& text, mode_t mode = 0600) const {
    const auto file = folder_.path() / "users";
    std::ofstream(file) << text;
    EXPECT_EQ(chmod(file.c_str(), mode), 0);
    return Access::load(file);
  }
  std::string flaw(const std::string& text, mode_t mode = 0600) const {
    const auto access = load(text, mode);
    return access ? "" : access.error();
  }
  ScratchFolder folder_;
  const Timestamp now_ = *parse_time("2026-01-05T09:00:00Z");
};

TEST_F(AccessTest, ATokenIsItsUsersAndNobodyElses) {
  const auto access = load("# the desk\nanna operator " + std::string(kAnna) + "\nbob none " +
                           std::string(kBob) + " 2026-01-05T09:00:01Z\n");
  ASSERT_TRUE(access) << access.error();
  const auto anna = access->identify(kAnna, now_);
  ASSERT_TRUE(anna);
  EXPECT_EQ(anna->name, "anna");
  EXPECT_EQ(anna->right, Right::Operator);
  ASSERT_TRUE(access->identify(kBob, now_));
  EXPECT_EQ(access->identify(kBob, now_ + Duration::seconds(1)).error(), TokenFlaw::Expired);
  EXPECT_EQ(access->identify("", now_).error(), TokenFlaw::Missing);
  EXPECT_EQ(access->identify(kAnna.substr(1), now_).error(), TokenFlaw::Unknown);
  EXPECT_EQ(access->identify(std::string(kAnna) + "0", now_).error(), TokenFlaw::Unknown);
  EXPECT_EQ(Access().identify(kAnna, now_).error(), TokenFlaw::Unknown);
}

TEST_F(AccessTest, AFileThatOthersCanReadIsRefused) {
  const std::string line = "anna viewer " + std::string(kAnna) + "\n";
  EXPECT_EQ(flaw(line), "");
  for (const mode_t mode : {mode_t{0640}, mode_t{0604}, mode_t{0660}}) {
    EXPECT_NE(flaw(line, mode).find("others may read it"), std::string::npos) << mode;
  }
}

TEST_F(AccessTest, ABadLineIsNamedButNotItsToken) {
  struct Row {
    std::string line, said;
  };
  for (const Row& row : {Row{"anna boss " + std::string(kAnna), ":1: right \"boss\""},
                         Row{"an/na viewer " + std::string(kAnna), ":1: user \"an/na\""},
                         Row{"anna viewer short-secret", "at least 24 characters"},
                         Row{"\nanna viewer " + std::string(kAnna) + " soon", ":2: \"soon\""},
                         Row{"anna viewer " + std::string(kAnna) + " 2026-01-05T09:00:00Z x",
                             "more than USER RIGHT TOKEN EXPIRES"}}) {
    const std::string said = flaw(row.line + "\n");
    EXPECT_NE(said.find(row.said), std::string::npos) << said;
    EXPECT_EQ(said.find("secret"), std::string::npos) << said;
    EXPECT_EQ(said.find(kAnna), std::string::npos) << said;
  }
}

TEST(Tokens, ABearerComesBeforeACookie) {
  const auto both = presented_token("Bearer abc", "auth_token=def");
  EXPECT_EQ(both.token, "abc");
  EXPECT_FALSE(both.by_cookie);
  const auto cookie = presented_token("Basic abc", "a=1; auth_token=def; b=2");
  EXPECT_EQ(cookie.token, "def");
  EXPECT_TRUE(cookie.by_cookie);
  EXPECT_EQ(presented_token("", "xauth_token=def").token, "");
}

TEST(Addresses, HostAndPort) {
  const auto four = parse_listen_address("127.0.0.1:8080");
  ASSERT_TRUE(four);
  EXPECT_EQ(four->host, "127.0.0.1");
  EXPECT_EQ(four->port, 8080);
  EXPECT_EQ(parse_listen_address("[::1]:0")->host, "::1");
  for (const char* bad : {"", "8080", ":8080", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:8x"}) {
    EXPECT_FALSE(parse_listen_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace tranchet
