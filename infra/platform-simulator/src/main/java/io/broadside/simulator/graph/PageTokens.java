package io.broadside.simulator.graph;

import java.util.Set;

/** What Facebook knows about tokens: with them one reaches the Instagram accounts of Pages. */
public interface PageTokens {
    /** The Pages the caller may act for. Refuses tokens as Facebook does. */
    Set<String> pagesOf(GraphRequest request);

    /** From now on the Page tells that this is its Instagram account. */
    void link(String pageId, String instagramId);
}
