using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Browsers;

/// <summary>What lets a page read an answer.</summary>
internal static class BrowserHeaders
{
    /// <summary>A page may read what its tenant's client is answered, refusals too, once the key is right.</summary>
    public static void AllowIf(IHeaderDictionary headers, string? origin, Verdict verdict)
    {
        if (origin is not null
            && verdict is not (Verdict.OriginForbidden or Verdict.AddressForbidden or Verdict.Pending)
            && ApiError.RefusalOf(verdict) is null)
        {
            Allow(headers, origin);
        }
    }

    /// <summary>Without a word on credentials: none but what the page itself sends ever counts here.</summary>
    public static void Allow(IHeaderDictionary headers, string origin)
    {
        headers.AccessControlAllowOrigin = origin;
        headers.Append("Vary", "Origin"); // No cache may give it to another page.
        headers.AccessControlExposeHeaders = "*";
    }
}
