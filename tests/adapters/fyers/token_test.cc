// The day's token and the app's keys: what is refused, and that nothing secret is ever said.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/fyers/requests.h"
#include "adapters/fyers/rest_messages.h"
#include "adapters/fyers/token.h"

namespace tranchet::fyers {
namespace {

constexpr std::string_view kApp = "ABCD1234-100";
// 2025-08-04 04:30 UTC.
constexpr std::int64_t kNow = 1'754'281'800;

Timestamp seconds(std::int64_t count) {
  return Timestamp() + Duration::seconds(count);
}

std::string base64url(std::string_view bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6) text += kLetters[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kLetters[bits << (6 - count) & 63];
  return text;
}

std::string token_of(std::string_view claims) {
  return base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(claims) + ".c2lnbmF0dXJl";
}

std::string claims(std::int64_t until) {
  return R"({"iss":"api.fyers.in","iat":1754270000,"nbf":1754270000,"sub":"access_token","exp":)" +
         std::to_string(until) + R"(,"hsm_key":"a352f17b92db","fy_id":"XV20986","oms":"K1"})";
}

std::expected<AccessToken, std::string> read(std::string_view text) {
  return AccessToken::from(kApp, Secret(text), seconds(kNow));
}

TEST(FyersToken, SaysUntilWhenAndForWhom) {
  const std::string text = token_of(claims(kNow + 3'600));
  const auto token = read(text);
  ASSERT_TRUE(token.has_value()) << token.error();
  EXPECT_EQ(token->account(), "XV20986");
  EXPECT_EQ(token->hsm_key(), "a352f17b92db");
  EXPECT_EQ(token->expires(), seconds(kNow + 3'600));
  EXPECT_EQ(token->authorization().reveal(), std::string(kApp) + ":" + text);
  const HttpRequest request = written_request(positions_call(), *token);
  EXPECT_EQ(request.target, "/api/v3/positions");
  EXPECT_EQ(request.headers.at(0).value, std::string(kApp) + ":" + text);
}

TEST(FyersToken, WhatIsExpiredForeignOrNoneIsRefusedAndNotRepeated) {
  const std::string good = claims(kNow + 3'600);
  const auto without = [&](std::string_view part) {
    std::string text = good;
    return text.erase(text.find(part), part.size());
  };
  const auto with = [&](std::string_view part, std::string_view other) {
    std::string text = good;
    return text.replace(text.find(part), part.size(), other);
  };
  struct Row {
    std::string token;
    std::string_view says;
  };
  for (const Row& row : std::vector<Row>{
           {token_of(claims(kNow)), "access_token ended at 2025-08-04 10:00 IST"},
           {token_of(claims(kNow - 86'400)), "2025-08-03 10:00 IST: a token is good for a day"},
           {token_of(with("\"access_token\"", "\"refresh_token\"")), "another kind of token"},
           {token_of(without(R"("hsm_key":"a352f17b92db",)")), "no hsm_key"},
           {token_of(without(R"("fy_id":"XV20986",)")), "names no client"},
           {token_of(with("1754270000,\"sub\"", "1754999000,\"sub\"")), "is the clock right?"},
           {token_of(with(std::to_string(kNow + 3'600), "\"soon\"")), "does not say when it ends"},
           {token_of("[]"), "is not a token of Fyers"},
           {"abc.def", "is not a token of Fyers"},
           {"a.b.c.d", "is not a token of Fyers"},
           {good, "is not a token of Fyers"},
           {"", "is not a token of Fyers"}}) {
    const auto token = read(row.token);
    ASSERT_FALSE(token.has_value()) << row.says;
    EXPECT_NE(token.error().find(row.says), std::string::npos) << token.error();
    EXPECT_EQ(token.error().find("a352f17b92db"), std::string::npos);
    EXPECT_TRUE(row.token.empty() || token.error().find(row.token) == std::string::npos);
  }
  const auto foreign = AccessToken::from("ABCD1234", Secret(token_of(good)), seconds(kNow));
  EXPECT_EQ(foreign.error(), "app_id \"ABCD1234\" is not like ABCD1234-100");
}

class TokenFiles : public testing::Test {
 protected:
  TokenFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "fyers-token-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~TokenFiles() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(std::string_view text, mode_t mode = 0600) {
    const auto file = folder_ / "file.toml";
    std::filesystem::remove(file);
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
    return file;
  }
  std::filesystem::path folder_;
};

TEST_F(TokenFiles, WhatIsWrittenIsReadAndNobodyElseCan) {
  const auto file = folder_ / "token.toml";
  const std::string access = token_of(claims(kNow + 3'600));
  ASSERT_FALSE(write_token_file(file, kApp, Secret(access), Secret("re.fre.sh")).has_value());
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const auto token = read_access_token(file, seconds(kNow));
  ASSERT_TRUE(token.has_value()) << token.error();
  EXPECT_EQ(token->account(), "XV20986");
  EXPECT_EQ(read_refresh_token(file)->reveal(), "re.fre.sh");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  // The same file the day after.
  EXPECT_NE(read_access_token(file, seconds(kNow + 86'400))
                .error()
                .find("token.toml: access_token "
                      "ended"),
            std::string::npos);
  // Without a refresh token there is none.
  ASSERT_FALSE(write_token_file(file, kApp, Secret(access), Secret()).has_value());
  EXPECT_TRUE(read_access_token(file, seconds(kNow)).has_value());
  EXPECT_NE(read_refresh_token(file).error().find("has no refresh_token"), std::string::npos);
  EXPECT_TRUE(write_token_file(folder_ / "no/file", kApp, Secret(access), Secret()).has_value());
  EXPECT_TRUE(write_token_file(file, kApp, Secret("a\"b"), Secret()).has_value());
}

TEST_F(TokenFiles, BadFilesAreRefusedByName) {
  EXPECT_NE(read_access_token(write("app_id = \"A-1\"", 0644), seconds(kNow))
                .error()
                .find("its mode must be 0600"),
            std::string::npos);
  EXPECT_NE(read_access_token(write("app_id = \"A-1\""), seconds(kNow))
                .error()
                .find("needs app_id and access_token"),
            std::string::npos);
  EXPECT_NE(read_access_token(write("app_id = \"A-1\"\nsecret_abc = 5"), seconds(kNow))
                .error()
                .find("names what is none of app_id, access_token, refresh_token"),
            std::string::npos);
  const auto broken =
      read_access_token(write("app_id = \"A-1\"\naccess_token = s3cret"), seconds(kNow));
  EXPECT_NE(broken.error().find("file.toml:2: is not TOML"), std::string::npos) << broken.error();
  EXPECT_EQ(broken.error().find("s3cret"), std::string::npos);
  EXPECT_FALSE(read_access_token(folder_ / "none", seconds(kNow)).has_value());

  EXPECT_NE(read_app_keys(write("app_id = \"A\"")).error().find("is not like ABCD1234-100"),
            std::string::npos);
  EXPECT_NE(read_app_keys(write("app_id = \"A-100\"")).error().find("needs secret"),
            std::string::npos);
  EXPECT_NE(
      read_app_keys(write("app_id = \"A-100\"\nsecret = \"x\"")).error().find("needs redirect_uri"),
      std::string::npos);
}

TEST_F(TokenFiles, BodiesOfTheLogin) {
  const auto keys = read_app_keys(
      write("app_id = \"ABCD1234-100\"\nsecret = \"SECRET\"\nredirect_uri = \"https://a.in/x\""));
  ASSERT_TRUE(keys.has_value()) << keys.error();
  // printf 'ABCD1234-100:SECRET' | sha256sum
  EXPECT_EQ(app_id_hash(*keys), "f0b969bd36e6b38d6dbb5fa7084cbb59ff00b30e67edee3e4f156e23b6df5529");
  EXPECT_EQ(authcode_body(*keys, Secret("c0de")).reveal(),
            R"({"grant_type":"authorization_code","appIdHash":")" + app_id_hash(*keys) +
                R"(","code":"c0de"})");
  EXPECT_EQ(refresh_body(*keys, Secret("r"), Secret("0000")).reveal(),
            R"({"grant_type":"refresh_token","appIdHash":")" + app_id_hash(*keys) +
                R"(","refresh_token":"r","pin":"0000"})");
  EXPECT_EQ(login_target(keys->app_id, keys->redirect_uri, "s1"),
            "/api/v3/generate-authcode?client_id=ABCD1234-100&redirect_uri=https%3A%2F%2Fa.in%2Fx"
            "&response_type=code&state=s1");
}

TEST(FyersLogin, TheCodeOrTheAddressThatWasPasted) {
  EXPECT_EQ(auth_code_of("  eyJ.a-b_c.d\n", "s")->reveal(), "eyJ.a-b_c.d");
  EXPECT_EQ(
      auth_code_of("https://127.0.0.1/?s=ok&code=200&auth_code=eyJ.x.y&state=s\r\n", "s")->reveal(),
      "eyJ.x.y");
  EXPECT_EQ(auth_code_of("https://127.0.0.1/?auth_code=e&state=other", "s").error(),
            "the address belongs to another login (its state is another one)");
  EXPECT_EQ(auth_code_of("https://127.0.0.1/?s=error&message=no&state=s", "s").error(),
            "the address has no auth_code: the login was not completed");
  EXPECT_EQ(auth_code_of("https://127.0.0.1/", "s").error(),
            "the address has no auth_code: the login was not completed");
  EXPECT_EQ(auth_code_of("", "s").error(), "that is no code");
  EXPECT_EQ(auth_code_of("a\"b", "s").error(), "that is no code");
}

TEST(FyersLogin, TokensOfAnAnswer) {
  const auto tokens = read_tokens(R"({"s":"ok","code":200,"access_token":"a.b.c"})");
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ(tokens->access.reveal(), "a.b.c");
  EXPECT_TRUE(tokens->refresh.empty());
  EXPECT_EQ(read_tokens(R"({"s":"ok","refresh_token":"secret"})").error(),
            "access_token is missing");
  EXPECT_EQ(read_tokens("secret").error(), "is not JSON");
}

}  // namespace
}  // namespace tranchet::fyers
