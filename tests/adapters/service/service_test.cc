// What a program and the manager that started it have to say to each other.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/service/credential.h"
#include "adapters/service/service_notice.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

class Service : public testing::Test {
 protected:
  Service() { fs::create_directories(folder_); }
  ~Service() override {
    for (const char* name :
         {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY"}) {
      ::unsetenv(name);
    }
    if (socket_ >= 0) ::close(socket_);
    fs::remove_all(folder_);
  }
  // As systemd does: a datagram socket, and its name in the environment.
  void listen(const std::string& name) {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    ASSERT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length), 0) << name;
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  std::string heard() const {
    std::array<char, 100> bytes{};
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    return {bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  static std::optional<std::chrono::microseconds> alive_every() {
    return ServiceNotice::from_environment().alive_every();
  }

  fs::path folder_ = fs::temp_directory_path() / ("tranchet-service-" + std::to_string(::getpid()));
  int socket_ = -1;
};

TEST_F(Service, TheManagerHearsEachWord) {
  listen((folder_ / "notify").string());
  const ServiceNotice notice = ServiceNotice::from_environment();
  notice.ready();
  EXPECT_EQ(heard(), "READY=1");
  notice.alive();
  EXPECT_EQ(heard(), "WATCHDOG=1");
  notice.stopping();
  EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(Service, AnAbstractSocketIsOneToo) {
  listen("@tranchet-notify-" + std::to_string(::getpid()));
  ServiceNotice::from_environment().ready();
  EXPECT_EQ(heard(), "READY=1");
}

TEST_F(Service, NobodyListensAndNothingHappens) {
  ServiceNotice::from_environment().ready();
  ::setenv("NOTIFY_SOCKET", (folder_ / "nobody").c_str(), 1);
  ServiceNotice::from_environment().ready();
  ::setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);
  ServiceNotice::from_environment().ready();
}

// More than a socket keeps: who trades is not held up.
TEST_F(Service, AManagerThatDoesNotListenHoldsNobodyUp) {
  listen((folder_ / "notify").string());
  const ServiceNotice notice = ServiceNotice::from_environment();
  for (int sign = 0; sign < 10'000; ++sign) notice.alive();
  EXPECT_EQ(heard(), "WATCHDOG=1");
}

TEST_F(Service, SignsOfLifeComeTwiceAsOftenAsTheyAreWaitedFor) {
  EXPECT_FALSE(alive_every());
  ::setenv("NOTIFY_SOCKET", "/none", 1);
  EXPECT_FALSE(alive_every());
  ::setenv("WATCHDOG_USEC", "60000000", 1);
  EXPECT_EQ(alive_every(), std::chrono::seconds(30));
  // Of the program that has started this one.
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(alive_every());
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(alive_every(), std::chrono::seconds(30));
  for (const char* odd : {"", "0", "1", "-5", "60s"}) {
    ::setenv("WATCHDOG_USEC", odd, 1);
    EXPECT_FALSE(alive_every()) << odd;
  }
}

TEST_F(Service, ABareNameIsACredentialIfThereIsOne) {
  std::ofstream(folder_ / "keys.toml") << "secret";
  EXPECT_EQ(credential_or_file("keys.toml"), "keys.toml");
  EXPECT_FALSE(is_credential(folder_ / "keys.toml"));
  ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_EQ(credential_or_file("keys.toml"), folder_ / "keys.toml");
  EXPECT_TRUE(is_credential(folder_ / "keys.toml"));
  EXPECT_EQ(credential_or_file("other.toml"), "other.toml");
  EXPECT_EQ(credential_or_file("/etc/keys.toml"), "/etc/keys.toml");
  EXPECT_EQ(credential_or_file("./keys.toml"), "./keys.toml");
  EXPECT_EQ(credential_or_file(""), "");
  EXPECT_FALSE(is_credential("keys.toml"));
}

}  // namespace
}  // namespace tranchet
