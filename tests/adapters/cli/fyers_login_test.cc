// The morning's login against the twin over a real socket: the address that is printed is opened as
// a browser would, and where it leads is pasted.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <streambuf>
#include <thread>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/fyers_login_command.h"
#include "adapters/fyers/server/listener.h"
#include "adapters/fyers/server/tokens.h"
#include "adapters/fyers/token.h"
#include "adapters/live/clock.h"
#include "tests/adapters/net/simple_client.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

// What a person types, which depends on what the program has said before.
class Person : public std::streambuf {
 public:
  explicit Person(std::function<std::string()> answer) : answer_(std::move(answer)) {}

 private:
  int_type underflow() override {
    if (!line_.empty()) return traits_type::eof();
    line_ = answer_() + "\n";
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(*gptr());
  }
  std::function<std::string()> answer_;
  std::string line_;
};

class FyersLogin : public testing::Test {
 protected:
  FyersLogin() {
    std::string name = (fs::temp_directory_path() / "fyers-login-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    write_app("TWINSECRET");
    fyers_venue::ListenerOptions options;
    options.wall_clock = true;
    options.desk.accounts.emplace_back();
    auto opened = fyers_venue::FyersListener::open(options);
    EXPECT_TRUE(opened.has_value());
    listener_ = std::move(*opened);
    thread_ = std::thread([this] { listener_->run(); });
  }
  ~FyersLogin() override {
    listener_->stop();
    thread_.join();
    fs::remove_all(folder_);
  }
  void write_app(std::string_view secret) {
    const fs::path file = folder_ / "app.toml";
    std::ofstream(file) << "app_id = \"TWIN-100\"\nsecret = \"" << secret
                        << "\"\nredirect_uri = \"https://127.0.0.1/in\"\n";
    ::chmod(file.c_str(), 0600);
  }
  fs::path token() const { return folder_ / "token.toml"; }

  int log_in(const std::function<std::string()>& answer, bool refresh = false) {
    out_.str("");
    err_.str("");
    Person person(answer);
    std::istream in(&person);
    return run_fyers_login_command(
        {.app = (folder_ / "app.toml").string(),
         .token = token().string(),
         .refresh = refresh,
         .rest = "http://127.0.0.1:" + std::to_string(listener_->port())},
        in, out_, err_);
  }
  // Opens the printed address; where it leads.
  std::string browse() {
    const std::string said = err_.str();
    const std::size_t begin = said.find("/api/v3/generate-authcode");
    if (begin == std::string::npos) return "nothing was printed";
    const std::string target = said.substr(begin, said.find('\n', begin) - begin);
    SimpleClient browser(listener_->port(), "");
    return browser.ask("GET", target).headers["location"];
  }

  fs::path folder_;
  std::unique_ptr<fyers_venue::FyersListener> listener_;
  std::thread thread_;
  std::ostringstream out_, err_;
};

TEST_F(FyersLogin, TheAddressThatTheBrowserWasSentToBecomesAToken) {
  ASSERT_EQ(log_in([this] { return browse(); }), kDone) << err_.str();
  EXPECT_TRUE(out_.str().starts_with("XT00001 is logged in until ")) << out_.str();
  EXPECT_NE(out_.str().find(" 06:00 IST; token in "), std::string::npos) << out_.str();
  const auto token = fyers::read_access_token(this->token(), read_clocks().wall);
  ASSERT_TRUE(token.has_value()) << token.error();
  // The venue takes it.
  SimpleClient client(listener_->port(), "");
  const std::string header =
      "Authorization: " + std::string(token->authorization().reveal()) + "\r\n";
  EXPECT_EQ(client.ask("GET", "/api/v3/funds", "", header).status, 200);
  // Nothing that proves who we are was shown.
  const std::string secret(token->authorization().reveal());
  for (const std::string& shown : {out_.str(), err_.str()}) {
    EXPECT_EQ(shown.find(secret.substr(secret.find(':') + 1)), std::string::npos);
    EXPECT_EQ(shown.find("TWINSECRET"), std::string::npos);
  }
}

TEST_F(FyersLogin, TheNextOneNeedsThePinAlone) {
  ASSERT_EQ(log_in([this] { return browse(); }), kDone) << err_.str();
  const auto refresh = fyers::read_refresh_token(token());
  ASSERT_TRUE(refresh.has_value());
  ASSERT_EQ(log_in([] { return "1234"; }, true), kDone) << err_.str();
  EXPECT_EQ(err_.str(), "PIN: \n");
  EXPECT_TRUE(fyers::read_access_token(token(), read_clocks().wall).has_value());
  EXPECT_EQ(fyers::read_refresh_token(token())->reveal(), refresh->reveal());

  EXPECT_EQ(log_in([] { return "9999"; }, true), kAnswerIsNo);
  EXPECT_NE(err_.str().find("Fyers says no: "), std::string::npos) << err_.str();
  EXPECT_EQ(log_in([] { return "12x4"; }, true), kBadInput);
  EXPECT_NE(err_.str().find("a PIN has digits alone"), std::string::npos);
  // The file is as it was.
  EXPECT_TRUE(fyers::read_access_token(token(), read_clocks().wall).has_value());
}

TEST_F(FyersLogin, WhatDoesNotWorkIsSaidAndLeavesNoFile) {
  EXPECT_EQ(log_in([this] {
              std::string address = browse();
              return address.replace(address.find("&state=t"), 8, "&state=x");
            }),
            kBadInput);
  EXPECT_NE(err_.str().find("belongs to another login"), std::string::npos) << err_.str();
  EXPECT_EQ(log_in([] { return "invented"; }), kAnswerIsNo);
  EXPECT_NE(err_.str().find("Fyers says no: invalid auth code (code -437)"), std::string::npos)
      << err_.str();
  EXPECT_EQ(log_in([] { return ""; }), kBadInput);
  write_app("WRONG");
  EXPECT_EQ(log_in([this] { return browse(); }), kAnswerIsNo);
  EXPECT_EQ(log_in([] { return "1234"; }, true), kBadInput);  // There is no token file yet.
  EXPECT_FALSE(fs::exists(token()));

  std::istringstream in("code\n");
  EXPECT_EQ(run_fyers_login_command({.app = (folder_ / "app.toml").string(),
                                     .token = token().string(),
                                     .rest = "http://127.0.0.1:1"},
                                    in, out_, err_),
            kWorldFailed);
  EXPECT_NE(err_.str().find("127.0.0.1:1 does not answer: "), std::string::npos) << err_.str();
  EXPECT_EQ(
      run_fyers_login_command({.app = "/no/app.toml", .token = token().string()}, in, out_, err_),
      kBadInput);
  EXPECT_FALSE(fs::exists(token()));
}

}  // namespace
}  // namespace tranchet
