// fmt's implementation, compiled once. Debian ships libfmt shared only, and a static binary cannot
// use that; included whole in every file instead (header-only) it costs each of them three seconds.
// Source: fmt 9.1, fmt/core.h and fmt/format.h: the templates declared extern where FMT_HEADER_ONLY
// is not set, for char alone.
// SPDX-License-Identifier: Apache-2.0
#include <locale>

#include <fmt/format-inl.h>

namespace fmt {
inline namespace v9 {
namespace detail {

template auto dragonbox::to_decimal(float) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double) noexcept -> dragonbox::decimal_fp<double>;
template locale_ref::locale_ref(const std::locale&);
template auto locale_ref::get<std::locale>() const -> std::locale;
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref) -> char;
template void buffer<char>::append(const char*, const char*);
template void vformat_to(buffer<char>&, string_view, basic_format_args<buffer_context<char>>,
                         locale_ref);

}  // namespace detail
}  // namespace v9
}  // namespace fmt
