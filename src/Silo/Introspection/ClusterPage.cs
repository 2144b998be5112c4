using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sluice.Silo.Introspection;

/// <summary>
/// The page at <c>/cluster</c>: one file, without data. It asks for an admin key, keeps it in the page's memory, and
/// reads the admin API with it.
/// </summary>
internal static class ClusterPage
{
    private const string Resource = "Sluice.Silo.Introspection.cluster.html";

    private static readonly byte[] Html = Load();

    /// <summary>
    /// Nothing runs but the page's own script, nothing is loaded but data of this origin, and nobody may frame it.
    /// </summary>
    private static readonly string Policy =
        $"default-src 'none'; script-src '{HashOf("script")}'; style-src '{HashOf("style")}'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapClusterPage(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/cluster", Answer).ExcludeFromDescription();

    private static FileContentHttpResult Answer(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Bytes(Html, "text/html; charset=utf-8");
    }

    private static byte[] Load()
    {
        using var stream = typeof(ClusterPage).Assembly.GetManifestResourceStream(Resource)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>What a policy calls the text of that element; the page has one of each.</summary>
    private static string HashOf(string element)
    {
        var text = Encoding.UTF8.GetString(Html);
        var begin = text.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        var end = text.IndexOf($"</{element}>", begin, StringComparison.Ordinal);
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text[begin..end])))}";
    }
}
