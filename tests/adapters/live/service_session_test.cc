// A session as a service of systemd: what it is told, and when.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "tests/adapters/live/live_session.h"

namespace tranchet {
namespace {

class ServiceSession : public LiveSession {
 protected:
  void SetUp() override {
    path_ =
        (fs::temp_directory_path() / ("tranchet-notify-" + std::to_string(::getpid()))).string();
    fs::remove(path_);
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    ASSERT_EQ(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "100000", 1);
  }
  void TearDown() override {
    LiveSession::TearDown();
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
    fs::remove(path_);
  }
  // The next word; "": for a minute there was none.
  std::string heard() const {
    std::array<char, 100> bytes{};
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    return {bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  std::string heard_but_life() const {
    std::string word = heard();
    while (word == "WATCHDOG=1") word = heard();
    return word;
  }

  std::string path_;
  int socket_ = -1;
};

TEST_F(ServiceSession, IsReadyThenAliveThenStopping) {
  begin({.live = false});
  EXPECT_EQ(heard(), "READY=1");
  EXPECT_TRUE(fs::exists(stage_->log() / "control")) << "wishes are heard";
  for (int sign = 0; sign < 5; ++sign) EXPECT_EQ(heard(), "WATCHDOG=1");
  stage_->program().signal(SIGHUP);
  EXPECT_EQ(heard(), "WATCHDOG=1") << "other signals change nothing in that";
  stage_->program().signal(SIGTERM);
  EXPECT_EQ(heard_but_life(), "STOPPING=1");
  EXPECT_EQ(stage_->program().wait(), 0) << stage_->notes();
}

}  // namespace
}  // namespace tranchet
