namespace Sluice.Edge.Pools;

/// <summary>
/// Headers that speak of one connection and not of the message (RFC 9110 section 7.6.1, and older ones of their kind).
/// </summary>
internal static class HopByHop
{
    public static readonly string[] Headers =
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info",
        "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "Transfer-Encoding", "TE", "Trailer", "Upgrade",
        "Upgrade-Insecure-Requests", "HTTP2-Settings", "ALPN", "Alt-Svc", "Close",
    ];
}
