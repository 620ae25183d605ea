// SPDX-License-Identifier: Apache-2.0
#include "server_process.h"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace sharkreg::test {
namespace {

namespace fs = std::filesystem;

constexpr int most_ports = 5;

class Socket {
 public:
  Socket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (descriptor_ < 0) throw std::runtime_error("there is no socket to be had");
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(descriptor_); }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// One that nobody had a moment ago.
int free_port() {
  const Socket socket;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), any, size) != 0 || ::getsockname(socket.get(), any, &size) != 0) {
    throw std::runtime_error("there is no free port");
  }
  return ntohs(address.sin_port);
}

bool answers(int port) {
  const Socket socket;
  const sockaddr_in address = loopback(port);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Between fork and exec only what needs no memory and no lock may be called.
[[noreturn]] void become(char* const* words, const char* output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it ended before that was said
  const int file = ::open(output, O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::execv(words[0], words);
  ::_exit(127);
}

pid_t start(std::vector<std::string> words, const fs::path& output) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("cannot fork: " + std::string(std::strerror(errno)));
  if (pid == 0) become(pointers.data(), output.c_str(), parent);
  return pid;
}

std::string content_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

ServerDirectory::ServerDirectory() {
  std::string pattern = (fs::temp_directory_path() / "sharkreg-server-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

ServerDirectory::~ServerDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path ServerDirectory::write(const std::string& name, const std::string& content) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << content;
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + file.string());
  return file;
}

fs::path find_server(const std::string& name) {
  for (const char* directory :
       {SHARKREG_SERVERS_DIR, "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"}) {
    const fs::path program = fs::path(directory) / name;
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

ServerProcess::ServerProcess(const Command& command, const fs::path& output) {
  for (int time = 0; time < most_ports; ++time) {
    port_ = free_port();
    pid_ = start(command(port_), output);
    if (answers_in_time()) return;
    if (pid_ > 0) break;
  }
  const std::string name = command(port_).front();
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  throw std::runtime_error(name + " does not answer; it printed:\n" + content_of(output));
}

ServerProcess::~ServerProcess() {
  // Nothing of what it has is to be kept, so it needs no time to say good-bye.
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool ServerProcess::has_ended() {
  if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

bool ServerProcess::answers_in_time() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < end) {
    if (has_ended()) return false;
    // Whoever answers is this one, if it is still there after that.
    if (answers(port_)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return !has_ended();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace sharkreg::test
