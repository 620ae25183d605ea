// The artifact fetcher "@NAME@": @SCHEME@:///NAME is the file NAME below the directory that the
// variable @VARIABLE@_ROOT names. Put your storage in its place.
#include <sharkreg/plugin.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace sharkreg;

class @CLASS@ final : public ArtifactFetcher {
 public:
  @CLASS@(const Configuration&, const Host& host) : host_(host) {}

  FetcherDescription describe() const override { return {{"@SCHEME@"}}; }

  std::optional<ArtifactInformation> stat(const std::string& url) override {
    const std::filesystem::path path = path_of(url);
    if (!std::filesystem::is_regular_file(path)) return std::nullopt;
    ArtifactInformation information;
    information.size = static_cast<std::int64_t>(std::filesystem::file_size(path));
    information.ranges = true;
    return information;
  }

  void read(const std::string& url, const ArtifactPart& part, const Receive& receive) override {
    std::uint64_t length = part.length;
    std::ifstream file(path_of(url), std::ios::binary);
    file.seekg(static_cast<std::streamoff>(part.offset));
    if (!file) throw Failure(Failure::Kind::failed, url + " cannot be read");
    std::vector<char> buffer(1 << 20);
    while (length > 0) {
      const std::uint64_t most = std::min<std::uint64_t>(length, buffer.size());
      file.read(buffer.data(), static_cast<std::streamsize>(most));
      const auto size = static_cast<std::size_t>(file.gcount());
      if (size == 0) return;
      if (!receive(buffer.data(), size)) throw Failure(Failure::Kind::cancelled, "told to stop");
      length -= size;
    }
  }

 private:
  std::filesystem::path path_of(const std::string& url) const {
    const auto root = host_.environment("@VARIABLE@_ROOT");
    if (!root) {
      throw Failure(Failure::Kind::failed, "@VARIABLE@_ROOT is not set",
                    "set it to the directory that holds the files");
    }
    const std::string scheme = "@SCHEME@:///";
    const std::filesystem::path name = url.rfind(scheme, 0) == 0 ? url.substr(scheme.size()) : url;
    // Nothing outside of the directory: neither an absolute path nor "..".
    if (name.is_absolute() || std::find(name.begin(), name.end(), "..") != name.end()) {
      throw Failure(Failure::Kind::invalid, url + " leaves @VARIABLE@_ROOT");
    }
    return std::filesystem::path(*root) / name;
  }

  const Host& host_;
};

SHARKREG_PLUGIN("@NAME@", "0.1.0", artifact_fetcher<@CLASS@>("@NAME@"))
