/* SPDX-License-Identifier: MPL-2.0 */
/* text.c: see text.h. */
#include "identity/text.h"

#include "identity/token.h"

#include <openssl/asn1.h>
#include <stdint.h>

/* Log forging and spoofed names: control characters break a log line or a terminal, a change of
 * direction or an invisible character makes one name look like another. */
static bool is_refused(unsigned long character)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x0000, 0x001f}, /* C0 */
        {0x007f, 0x009f}, /* DEL, C1 */
        {0x061c, 0x061c}, /* Arabic letter mark */
        {0x200b, 0x200b}, /* zero width space */
        {0x200e, 0x200f}, /* direction marks */
        {0x2028, 0x202e}, /* line and paragraph separators, direction overrides */
        {0x2060, 0x206f}, /* invisible operators, direction isolates */
        {0xd800, 0xdfff}, /* surrogates */
        {0xfeff, 0xfeff}, /* byte order mark */
        {0xfff9, 0xfffb}, /* interlinear annotation */
        {0xfffe, 0xffff}, /* no characters */
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (character >= ranges[i].first && character <= ranges[i].last) {
            return true;
        }
    }
    return character > 0x10ffff;
}

bool token_text_is_plain(const char *text, size_t size)
{
    size_t at = 0;

    if (size == 0 || size > TOKEN_TEXT_MAX) {
        return false;
    }
    while (at < size) {
        unsigned long character = 0;
        const int length =
            UTF8_getc((const unsigned char *)text + at, (int)(size - at), &character);

        if (length <= 0 || is_refused(character)) {
            return false;
        }
        at += (size_t)length;
    }
    return true;
}
