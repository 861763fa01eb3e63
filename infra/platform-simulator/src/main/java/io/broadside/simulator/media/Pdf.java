package io.broadside.simulator.media;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A document of three pages, each with a line of text. */
final class Pdf {
    private static final int PAGES = 3;

    private Pdf() {}

    static byte[] file() {
        List<String> objects = new ArrayList<>();
        var kids = new StringBuilder();
        for (int page = 0; page < PAGES; page++) {
            kids.append(4 + 2 * page).append(" 0 R ");
        }
        objects.add("<< /Type /Catalog /Pages 2 0 R >>");
        objects.add("<< /Type /Pages /Kids [ " + kids + "] /Count " + PAGES + " >>");
        objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
        for (int page = 0; page < PAGES; page++) {
            var text = "BT /F1 36 Tf 72 700 Td (Page " + (page + 1) + ") Tj ET";
            objects.add("<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 612 792 ] /Resources << /Font << /F1 3 0 R >> >>"
                    + " /Contents " + (5 + 2 * page) + " 0 R >>");
            objects.add("<< /Length " + text.length() + " >>\nstream\n" + text + "\nendstream");
        }
        return file(objects).getBytes(StandardCharsets.US_ASCII);
    }

    private static String file(List<String> objects) {
        var file = new StringBuilder("%PDF-1.4\n");
        var places = new StringBuilder("0000000000 65535 f \n");
        for (int i = 0; i < objects.size(); i++) {
            places.append(String.format(Locale.ROOT, "%010d 00000 n \n", file.length()));
            file.append(i + 1).append(" 0 obj\n").append(objects.get(i)).append("\nendobj\n");
        }
        int table = file.length();
        int size = objects.size() + 1;
        file.append("xref\n0 ").append(size).append('\n').append(places);
        file.append("trailer\n<< /Size ").append(size).append(" /Root 1 0 R >>\nstartxref\n");
        return file.append(table).append("\n%%EOF\n").toString();
    }
}
