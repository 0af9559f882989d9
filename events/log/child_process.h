// A piece of work that may crash, done in a child process, so that only the child dies of it.
#pragma once

#include <functional>
#include <string>

namespace tranchet {

struct ChildAnswer {
  int error = 0;  // Not 0: there was no child, errno says why.
  bool lived = false;
  std::string death;  // How it died: "was killed by signal 11", "failed".
  std::string bytes;  // What `work` returned.
};

// Calls `work` in a child and gives back its bytes. The child prints nothing and leaves no core.
ChildAnswer ask_child(const std::function<std::string()>& work);

}  // namespace tranchet
