// Another process that has the log open for reading, as screens and `tranchet follow` do: as long
// as one has, a writer that starts finds LMDB's lock table as the last one left it.
#pragma once

#include <sys/types.h>

#include <array>
#include <filesystem>

namespace tranchet::crash {

class Onlooker {
 public:
  // It sleeps until look().
  explicit Onlooker(const std::filesystem::path& directory);
  // Ends it.
  ~Onlooker();
  Onlooker(const Onlooker&) = delete;
  Onlooker& operator=(const Onlooker&) = delete;

  // Returns once it has the log open, which must exist. From this process or a child of it; once.
  void look() const;

 private:
  std::array<int, 2> ask_{}, answer_{};
  pid_t process_ = 0;
};

}  // namespace tranchet::crash
