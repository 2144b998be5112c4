using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Credentials;
using Sluice.Rules.Keys;

namespace Sluice.Edge.Credentials;

/// <summary>
/// For whoever has found a key where it should not be: what proves the find is the key itself, and it is revoked at
/// once. Who has it could do worse with it than to report it.
/// </summary>
internal static class LeakEndpoints
{
    public const string Path = "/leaked-keys";

    private const string SecurityTextPath = "/.well-known/security.txt";
    private const long BodyBytesMax = 4 * 1024;
    private const int WhereMax = 150;

    /// <summary>How long what <c>security.txt</c> says is good; RFC 9116 wants less than a year.</summary>
    private static readonly TimeSpan SecurityTextLives = TimeSpan.FromDays(90);

    public static void MapLeaks(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Path, ReportAsync);
        endpoints.MapGet(SecurityTextPath, SecurityTextAsync);
    }

    private static async Task ReportAsync(
        HttpContext context, IClusterClient cluster, CredentialGuard guard, IOptions<EdgeOptions> options,
        TimeProvider time)
    {
        if (await ReadAsync(context) is not { Key: { } text } report)
        {
            await ApiError.BadRequest(
                "The body must be JSON with a member 'key', at most 4 KiB: {\"key\":\"slk_…\",\"found\":\"where\"}.",
                "key").WriteAsync(context);
            return;
        }

        if (KeyText.TryParse(text.Trim(), out var key) is not KeyTextFault.None)
        {
            await ApiError.MistypedKey.WriteAsync(context);
            return;
        }

        var digest = SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret));
        var caller = new Caller(key.ClientId, key.Version, digest);
        context.Call().Caller = caller;
        if (guard.WaitOf(context, caller) is { Ticks: > 0 } wait)
        {
            await ApiError.HeldBack(wait).WriteAsync(context);
            return;
        }

        var timeout = options.Value.DecisionTimeout;
        var identified = await cluster.GetGrain<IClientAdmission>(key.ClientId)
            .Identify(new IdentifyRequest { KeyVersion = key.Version, SecretDigest = digest })
            .AsTask().WaitAsync(timeout, time, context.RequestAborted);
        if (!IsShown(identified.Verdict))
        {
            await ApiError.For(
                identified.Verdict is Verdict.UnknownKey ? Verdict.UnknownKey : Verdict.Pending, context.Call(),
                refusedBy: null).WriteAsync(context);
            return;
        }

        var revoked = await cluster.GetGrain<IClientAdministration>(key.ClientId)
            .RevokeKey(new RevokeKeyRequest { Version = key.Version, Reason = ReasonOf(report.Found) })
            .WaitAsync(timeout, time, context.RequestAborted);
        if (revoked.Outcome is not ChangeOutcome.Done)
        {
            await ApiError.Undecided.WriteAsync(context);
            return;
        }

        await context.Response.WriteAsJsonAsync(new LeakAnswer(true), LeakJson.Default.LeakAnswer);
    }

    /// <summary>Whether a verdict says that the secret is the key's, whatever it is worth by now.</summary>
    private static bool IsShown(Verdict verdict) => verdict is Verdict.Admitted or Verdict.KeyRevoked
        or Verdict.KeyExpired or Verdict.KeyRetired or Verdict.KeyNotYetActive or Verdict.ClientSuspended
        or Verdict.AddressForbidden;

    private static async Task<LeakReport?> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = BodyBytesMax;
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(
                context.Request.Body, LeakJson.Default.LeakReport, context.RequestAborted);
        }
        catch (Exception exception) when (exception is JsonException or BadHttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Who reports says where; nothing of a key may stand there.</summary>
    private static string ReasonOf(string? found)
    {
        var where = ToldText.Of(string.Concat((found ?? "").Where(one => !char.IsControl(one))), WhereMax);
        return where.Length == 0 ? "reported as leaked" : $"reported as leaked: {where}";
    }

    /// <summary>RFC 9116. There is none where nobody is named to be written to.</summary>
    private static Task SecurityTextAsync(HttpContext context, IOptions<EdgeOptions> options, TimeProvider time)
    {
        var contact = options.Value.SecurityContact;
        if (contact.Length == 0)
        {
            return ApiError.NoSuchUrl(context.Request).WriteAsync(context);
        }

        var expires = (time.GetUtcNow() + SecurityTextLives).UtcDateTime.Date;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Contact: {contact}\nExpires: {expires:yyyy-MM-dd}T00:00:00Z\nPreferred-Languages: en, zh\n"));
    }
}

internal sealed record LeakReport(
    [property: JsonPropertyName("key")] string? Key, [property: JsonPropertyName("found")] string? Found);

internal sealed record LeakAnswer([property: JsonPropertyName("revoked")] bool Revoked);

[JsonSerializable(typeof(LeakReport))]
[JsonSerializable(typeof(LeakAnswer))]
internal sealed partial class LeakJson : JsonSerializerContext;
