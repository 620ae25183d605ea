// SPDX-License-Identifier: Apache-2.0
#include "nginx.h"

#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace sharkreg::test {
namespace {

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

// One process: there is no worker that could outlive the one that is known.
constexpr const char* configuration = R"(
daemon off;
master_process off;
pid DIRECTORY/nginx.pid;
error_log stderr error;
events { worker_connections 256; }
http {
  log_format answers "$request_method $request_uri $server_protocol $status $range $body_bytes_sent";
  map $http_range $range { "" "-"; default $http_range; }
  access_log DIRECTORY/access.log answers;
  client_body_temp_path DIRECTORY/body;
  proxy_temp_path DIRECTORY/proxy;
  fastcgi_temp_path DIRECTORY/fastcgi;
  uwsgi_temp_path DIRECTORY/uwsgi;
  scgi_temp_path DIRECTORY/scgi;
  sendfile on;
  server {
    listen 127.0.0.1:PORT TLS;
    root FILES;
    SERVER
    location / {
      LOCATION
    }
  }
}
)";

void run_openssl(std::vector<std::string> words) {
  words.insert(words.begin(), find_server("openssl").string());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int trouble =
      posix_spawn(&pid, words.front().c_str(), &quiet, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&quiet);
  int status = -1;
  if (trouble != 0 || ::waitpid(pid, &status, 0) != pid || status != 0) {
    throw std::runtime_error("openssl " + words.at(1) + " does not do what it should");
  }
}

}  // namespace

Authority::Authority(const std::string& host) {
  const std::string key = directory_.path() / "authority.key";
  const std::string request = directory_.path() / "server.csr";
  const std::string names =
      directory_.write("names.cnf", "subjectAltName=DNS:" + host + "\n").string();
  const std::vector<std::string> fresh{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                                       "-nodes"};
  std::vector<std::string> authority{
      "req",  "-x509",          "-days",   "2", "-subj", "/CN=a test's own",
      "-out", authority_file(), "-keyout", key};
  authority.insert(authority.end(), fresh.begin(), fresh.end());
  run_openssl(authority);
  std::vector<std::string> server{"req",   "-subj",   "/CN=" + host, "-out",
                                  request, "-keyout", key_file()};
  server.insert(server.end(), fresh.begin(), fresh.end());
  run_openssl(server);
  run_openssl({"x509", "-req", "-in", request, "-CA", authority_file(), "-CAkey", key,
               "-CAcreateserial", "-days", "2", "-extfile", names, "-out", certificate_file()});
}

Nginx::Nginx(const NginxSettings& settings) : secure_(settings.tls != nullptr) {
  process_.emplace([&](int port) { return command(settings, port); }, directory_.path() / "output");
}

std::vector<std::string> Nginx::command(const NginxSettings& settings, int port) const {
  std::string server = settings.server;
  if (settings.tls != nullptr) {
    server += "\nssl_certificate " + settings.tls->certificate_file().string() +
              ";\nssl_certificate_key " + settings.tls->key_file().string() + ";";
  }
  // When root starts nginx it would become another user, who may not see a test's directories.
  std::string text = (::geteuid() == 0 ? "user root;" : "") + std::string(configuration);
  replace_all(text, "DIRECTORY", directory_.path());
  replace_all(text, "TLS", secure_ ? "ssl http2" : "");
  replace_all(text, "FILES", settings.files);
  replace_all(text, "SERVER", server);
  replace_all(text, "LOCATION", settings.location);
  replace_all(text, "PORT", std::to_string(port));
  const std::string file = directory_.write("nginx.conf", text);
  return {find_server("nginx"), "-p", directory_.path(), "-e", "stderr", "-c", file};
}

std::string Nginx::url(const std::string& path, const std::string& host) const {
  return (secure_ ? "https://" : "http://") + host + ":" + std::to_string(port()) + path;
}

std::vector<Served> Nginx::served() const {
  std::vector<Served> all;
  std::ifstream log(directory_.path() / "access.log");
  for (std::string line; std::getline(log, line);) {
    std::istringstream words(line);
    Served one;
    words >> one.method >> one.path >> one.protocol >> one.status >> one.range >> one.bytes;
    if (words) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace sharkreg::test
