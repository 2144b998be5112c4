using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sluice.Grains.Federation;
using Sluice.Rules.Federation;

namespace Sluice.Silo.Federation;

/// <summary>
/// Asks identity providers for their keys (OpenID Connect Discovery, section 4). What they answer is somebody else's:
/// it is bounded, and believed only where it says of itself what was asked for.
/// </summary>
internal sealed class ProviderKeySource(
    ProviderConnections connections, IOptions<FederationOptions> options, TimeProvider time)
    : IProviderKeySource, IDisposable
{
    private const string DescriptionPath = "/.well-known/openid-configuration";

    private readonly HttpClient _http = connections.NewClient();

    public async Task<byte[]> FetchAsync(string issuer, string keySetAddress, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Value.AnswerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var address = keySetAddress.Length > 0 ? keySetAddress : await KeySetOfAsync(issuer, either.Token);
            return await GetAsync(address, either.Token);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new ProviderKeysException(
                $"the provider did not answer within {options.Value.AnswerTimeout}", exception);
        }
        catch (HttpRequestException exception)
        {
            throw new ProviderKeysException(ProviderConnections.ReasonOf(exception), exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> KeySetOfAsync(string issuer, CancellationToken cancellationToken)
    {
        var description = await GetAsync(issuer.TrimEnd('/') + DescriptionPath, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(description);
            if (document.RootElement.ValueKind is not JsonValueKind.Object
                || TextOf(document.RootElement, "issuer") != issuer)
            {
                throw new ProviderKeysException("the provider's description is another issuer's");
            }

            return TextOf(document.RootElement, "jwks_uri") is { } address && ProviderRules.IsAddress(address)
                ? address
                : throw new ProviderKeysException(
                    "the provider's description names no https address of keys, or http on this machine");
        }
        catch (JsonException exception)
        {
            throw new ProviderKeysException("the provider's description is no JSON", exception);
        }
    }

    private async Task<byte[]> GetAsync(string address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("application/json, application/jwk-set+json");
        using var response = await _http.SendAsync(
            request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return response.StatusCode is HttpStatusCode.OK
            ? await response.Content.ReadAsByteArrayAsync(cancellationToken)
            : throw new ProviderKeysException(
                $"the provider answered {(int)response.StatusCode}, and no redirect is followed");
    }

    private static string? TextOf(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;
}
