package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.graph.ErrorTable.code;
import static io.broadside.publisher.platform.graph.ErrorTable.either;
import static io.broadside.publisher.platform.graph.Meaning.BAD_CONTENT;
import static io.broadside.publisher.platform.graph.Meaning.BAD_MEDIA;
import static io.broadside.publisher.platform.graph.Meaning.DUPLICATE;
import static io.broadside.publisher.platform.graph.Meaning.FAULT;
import static io.broadside.publisher.platform.graph.Meaning.NOT_ALLOWED;
import static io.broadside.publisher.platform.graph.Meaning.NOT_FETCHED;

import io.broadside.publisher.platform.graph.ErrorTable;
import io.broadside.publisher.platform.graph.ErrorTable.Row;
import java.util.List;

/** What errors mean on Facebook's Pages, beyond what they mean on every platform of the Graph API. */
final class FacebookErrorTable {

    private static final List<Row> ROWS = List.of(
            either(1363047, FAULT, "Facebook reports trouble of its own."),
            either(1609010, FAULT, "Facebook reports trouble of its own."),
            either(6001, FAULT, "Facebook failed to take the file."),
            either(1366051, DUPLICATE, "Facebook says these photos were posted already; use others or let it be."),
            either(1404006, NOT_ALLOWED, "Facebook wants the person to pass a security check; do so on facebook.com."),
            either(
                    1404112,
                    NOT_ALLOWED,
                    "Facebook limits this account for some days; its owner finds why on facebook.com."),
            either(
                    1404078,
                    NOT_ALLOWED,
                    "The Page needs Facebook's publishing authorisation; its owner can get it there."),
            either(1609008, BAD_CONTENT, "Facebook refuses links to facebook.com here; use another link."),
            either(2061006, BAD_CONTENT, "Facebook calls the address bad; correct the link."),
            either(1349125, BAD_CONTENT, "Facebook calls the format bad; use another file."),
            either(2069019, BAD_CONTENT, "Facebook calls the file bad; use another one."),
            either(1346003, BAD_CONTENT, "Facebook calls the content abusive; change it."),
            either(1404102, BAD_CONTENT, "Facebook says the content breaks its community standards; change it."),
            either(
                    1366046,
                    BAD_MEDIA,
                    "The photo is too large (4 MB at most) or neither JPEG nor PNG; use another file."),
            code(
                    324,
                    BAD_MEDIA,
                    "Facebook cannot use the photo; check that its address is public and it is JPEG or PNG."),
            code(382, BAD_MEDIA, "Facebook calls the file too small; use another one."),
            code(389, NOT_FETCHED, "Facebook cannot fetch the file; check that its address is public."),
            code(6000, BAD_MEDIA, "Facebook cannot use the file; use another one."));

    static final ErrorTable TABLE = new ErrorTable("Facebook", "the Page", ROWS);

    private FacebookErrorTable() {}
}
