#include "tests/crash/traced_child.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "events/ensure.h"

namespace tranchet::crash {
namespace {

constexpr unsigned kHangSeconds = 60;

// ---- The child.

// Every watched call stops the process for its tracer; its children inherit that.
void stop_at_watched_calls() {
  std::vector<sock_filter> program;
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const WatchedCall& watched : watched_calls()) {
    program.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(watched.call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog all{.len = static_cast<unsigned short>(program.size()),
                       .filter = program.data()};
  ENSURE(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  ENSURE(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) == 0);
}

[[noreturn]] void run_child(int output, const std::function<std::string()>& work) {
  ::alarm(kHangSeconds);
  ENSURE(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0);
  ::raise(SIGSTOP);  // Until the tracer is ready.
  stop_at_watched_calls();
  const std::string words = work();
  ENSURE(::write(output, words.data(), words.size()) == static_cast<ssize_t>(words.size()));
  ::_exit(words.empty() ? 0 : 1);
}

// ---- The tracer.

std::string file_of(pid_t process, long file) {
  const std::string link =
      "/proc/" + std::to_string(process) + "/fd/" + std::to_string(static_cast<int>(file));
  std::array<char, 4'096> text{};
  const ssize_t size = ::readlink(link.c_str(), text.data(), text.size());
  return size <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
}

// A text in the memory of the process.
std::string text_at(pid_t process, std::uint64_t address) {
  const std::string memory = "/proc/" + std::to_string(process) + "/mem";
  const int file = ::open(memory.c_str(), O_RDONLY | O_CLOEXEC);
  ENSURE(file >= 0);
  std::string text;
  std::array<char, 256> part{};
  while (text.find('\0') == std::string::npos) {
    const ssize_t size =
        ::pread(file, part.data(), part.size(), static_cast<off_t>(address + text.size()));
    if (size <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  ::close(file);
  return text.substr(0, text.find('\0'));
}

// What the call is about; empty: nothing that has a path.
std::string path_of(pid_t process, const user_regs_struct& registers) {
  switch (registers.orig_rax) {
    case SYS_open:
    case SYS_rename:
    case SYS_unlink:
    case SYS_rmdir:
    case SYS_mkdir:
      return text_at(process, registers.rdi);
    case SYS_openat:
    case SYS_unlinkat:
    case SYS_newfstatat: {
      const std::string text = text_at(process, registers.rsi);
      if (text.starts_with('/')) return text;
      return file_of(process, static_cast<long>(registers.rdi)) + "/" + text;
    }
    case SYS_mmap:
      return file_of(process, static_cast<long>(registers.r8));
    default:
      return file_of(process, static_cast<long>(registers.rdi));
  }
}

// The register that holds how much is to be written.
unsigned long long& size_of_write(user_regs_struct& registers) {
  if (registers.orig_rax == SYS_sendfile) return registers.r10;
  if (registers.orig_rax == SYS_copy_file_range) return registers.r8;
  return registers.rdx;
}

class Tracer {
 public:
  Tracer(const std::filesystem::path& folder, const std::optional<CallFault>& fault)
      : folder_(folder.string()), fault_(fault) {}

  TracedRun run(pid_t child) {
    int status = 0;
    ENSURE(::waitpid(child, &status, 0) == child && WIFSTOPPED(status));
    constexpr long kOptions = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                              PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    ENSURE(::ptrace(PTRACE_SETOPTIONS, child, nullptr, kOptions) == 0);
    go_on(child, 0);
    for (;;) {
      const pid_t process = ::waitpid(-1, &status, __WALL);
      if (process < 0 && errno == EINTR) continue;
      ENSURE(process > 0);
      if (!WIFSTOPPED(status)) {
        if (process != child) continue;
        ran_.status = status;
        return ran_;
      }
      const int signal = WSTOPSIG(status);
      if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) look_at_call(process);
      // The stop of a new child is ptrace's own.
      go_on(process, signal == SIGTRAP || signal == SIGSTOP ? 0 : signal);
    }
  }

 private:
  // The process may be gone: killed by another.
  static void go_on(pid_t process, int signal) {
    ENSURE(::ptrace(PTRACE_CONT, process, nullptr, static_cast<long>(signal)) == 0 ||
           errno == ESRCH);
  }

  void look_at_call(pid_t process) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, process, nullptr, &registers) != 0) return;
    const std::string path = path_of(process, registers);
    if (path != folder_ && !path.starts_with(folder_ + "/")) return;
    const auto call = static_cast<long>(registers.orig_rax);
    if (++ran_.calls[call] != (fault_ && fault_->call == call ? fault_->nth : 0)) return;
    if (fault_->error == 0) {
      size_of_write(registers) /= 2;
    } else {
      registers.orig_rax = ~0ULL;  // No call: it is skipped, and this is what it returns.
      registers.rax = static_cast<unsigned long long>(-static_cast<long long>(fault_->error));
    }
    ENSURE(::ptrace(PTRACE_SETREGS, process, nullptr, &registers) == 0);
  }

  std::string folder_;
  std::optional<CallFault> fault_;
  TracedRun ran_;
};

}  // namespace

const std::vector<WatchedCall>& watched_calls() {
  static const std::vector<WatchedCall> kCalls = {
      {SYS_open, "open", {EIO, ENOSPC, EMFILE}},
      {SYS_openat, "open", {EIO, ENOSPC, EMFILE}},
      {SYS_read, "read", {EIO}},
      {SYS_pread64, "pread", {EIO}},
      {SYS_getdents64, "getdents", {EIO}},
      {SYS_newfstatat, "stat", {EIO}},
      {SYS_mmap, "mmap", {ENOMEM}},
      {SYS_write, "write", {EIO, ENOSPC, 0}},
      {SYS_pwrite64, "pwrite", {EIO, ENOSPC, 0}},
      {SYS_writev, "writev", {EIO, ENOSPC}},
      {SYS_sendfile, "sendfile", {EIO, ENOSPC, 0}},
      {SYS_copy_file_range, "copy_file_range", {EIO, ENOSPC, 0}},
      {SYS_fsync, "fsync", {EIO, ENOSPC}},
      {SYS_fdatasync, "fdatasync", {EIO, ENOSPC}},
      {SYS_ftruncate, "ftruncate", {EIO, ENOSPC}},
      {SYS_rename, "rename", {EIO, ENOSPC}},
      {SYS_mkdir, "mkdir", {EIO, ENOSPC}},
      {SYS_unlink, "unlink", {EIO}},
      {SYS_rmdir, "rmdir", {EIO}},
      {SYS_unlinkat, "unlinkat", {EIO}},
  };
  return kCalls;
}

std::string to_text(const CallFault& fault) {
  std::string name;
  for (const WatchedCall& watched : watched_calls()) {
    if (watched.call == fault.call) name = watched.name;
  }
  return name + " number " + std::to_string(fault.nth) + ", " +
         (fault.error == 0 ? "half of it" : std::strerror(fault.error));
}

TracedRun run_traced(const std::filesystem::path& folder, const std::optional<CallFault>& fault,
                     const std::function<std::string()>& work) {
  std::array<int, 2> pipe{};
  ENSURE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  ENSURE(child >= 0);
  if (child == 0) run_child(pipe[1], work);
  ::close(pipe[1]);
  TracedRun ran = Tracer(folder, fault).run(child);
  // Words are few: the pipe has held them.
  std::array<char, 4'096> buffer{};
  const ssize_t size = ::read(pipe[0], buffer.data(), buffer.size());
  ::close(pipe[0]);
  if (size > 0) ran.words.assign(buffer.data(), static_cast<std::size_t>(size));
  return ran;
}

}  // namespace tranchet::crash
