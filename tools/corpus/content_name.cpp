#include "tools/corpus/content_name.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "tools/cli/error.hpp"

namespace umbra::tools {

namespace {

constexpr std::size_t name_length = 40;

}  // namespace

std::string content_name(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw error("The library cannot compute SHA-1.", status::broken);
  }
  std::string name;
  for (unsigned n = 0; n < size; ++n) name += fmt::format("{:02x}", digest[n]);
  return name;
}

bool is_content_name(std::string_view name) {
  return name.size() == name_length && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace umbra::tools
