using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sluice.Rules.Secrets;

namespace Sluice.Silo.Security.Vaults;

/// <summary>
/// A key of Azure Key Vault, over its REST API: <c>wrapkey</c> and <c>unwrapkey</c> with RSA-OAEP-256. What it wrapped
/// names the version of the key, which goes on unwrapping after the key was rotated.
/// </summary>
internal sealed class AzureKey : IMasterKey, IDisposable
{
    private const string Algorithm = "azure-RSA-OAEP-256";
    private const string Padding = "RSA-OAEP-256";
    private const string Version = "api-version=7.4";
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly AzureKeyVaultOptions _options;
    private readonly VaultCalls _calls;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _signingIn = new(1, 1);
    private (string Token, DateTimeOffset Until)? _session;

    public AzureKey(AzureKeyVaultOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _calls = new VaultCalls(options.Timeout, time);
        Id = BoundKey.IdOf("a", KeyUrl.ToLowerInvariant());
    }

    public string Id { get; }

    private string KeyUrl => _options.KeyUrl.TrimEnd('/');

    private string Vault => $"The key vault at {new Uri(KeyUrl).GetLeftPart(UriPartial.Authority)}";

    public async ValueTask<string> WrapAsync(
        string place, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken)
    {
        var version = await NewestAsync(cancellationToken);
        var value = await TransformAsync(
            version, "wrapkey", BoundKey.Bind(place, dataKey.Span), isUnwrapping: false, cancellationToken);
        return new WrappedText(
            Algorithm, Id, [.. Encoding.ASCII.GetBytes($"{version}."), .. value!]).ToString();
    }

    public async ValueTask<byte[]?> UnwrapAsync(string place, string wrapped, CancellationToken cancellationToken)
    {
        if (PartsOf(wrapped) is not { } parts)
        {
            return null;
        }

        var bound = await TransformAsync(
            parts.Version, "unwrapkey", parts.Value, isUnwrapping: true, cancellationToken);
        return bound is null ? null : BoundKey.Unbind(place, bound);
    }

    public async ValueTask<bool> IsNewestAsync(string wrapped, CancellationToken cancellationToken) =>
        PartsOf(wrapped)?.Version == await NewestAsync(cancellationToken);

    public void Dispose()
    {
        _calls.Dispose();
        _signingIn.Dispose();
    }

    private static (string Version, byte[] Value)? PartsOf(string wrapped) =>
        WrappedText.Parse(wrapped) is { Algorithm: Algorithm } parsed
        && parsed.Data.AsSpan().IndexOf((byte)'.') is > 0 and var dot
        && Encoding.ASCII.GetString(parsed.Data, 0, dot) is var version
        && version.All(char.IsAsciiLetterOrDigit)
            ? (version, parsed.Data[(dot + 1)..])
            : null;

    private async Task<string> NewestAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync(HttpMethod.Get, $"{KeyUrl}?{Version}", body: null, cancellationToken);
        return answer.IsDone && answer.TextOf("key", "kid") is { } kid
            && kid[(kid.LastIndexOf('/') + 1)..] is { Length: > 0 } version && version.All(char.IsAsciiLetterOrDigit)
                ? version
                : throw Refused(answer, "get");
    }

    private async Task<byte[]?> TransformAsync(
        string version, string operation, byte[] value, bool isUnwrapping, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            HttpMethod.Post, $"{KeyUrl}/{version}/{operation}?{Version}",
            new { alg = Padding, value = Base64Url.EncodeToString(value) }, cancellationToken);
        if (answer.IsDone && answer.TextOf("value") is { } text && Base64Url.IsValid(text))
        {
            return Base64Url.DecodeFromChars(text);
        }

        return isUnwrapping && answer.Status is HttpStatusCode.BadRequest
            ? null // It was changed.
            : throw Refused(answer, operation);
    }

    private async Task<VaultAnswer> AskAsync(
        HttpMethod method, string url, object? body, CancellationToken cancellationToken)
    {
        var answer = await WithTokenAsync(method, url, body, cancellationToken);
        if (answer.Status is HttpStatusCode.Unauthorized)
        {
            _session = null; // The token may be over before its time.
            answer = await WithTokenAsync(method, url, body, cancellationToken);
        }

        return answer;
    }

    private async Task<VaultAnswer> WithTokenAsync(
        HttpMethod method, string url, object? body, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(cancellationToken);
        return await _calls.AskAsync(
            () => new HttpRequestMessage(method, url)
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
                Content = body is null ? null : JsonContent.Create(body),
            },
            Vault, cancellationToken);
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        await _signingIn.WaitAsync(cancellationToken);
        try
        {
            if (_session is { } session && _time.GetUtcNow() < session.Until)
            {
                return session.Token;
            }

            var form = new List<KeyValuePair<string, string>>
            {
                new("grant_type", "client_credentials"), new("client_id", _options.ClientId),
                new("scope", _options.Scope),
            };
            if (_options.ClientSecretFile.Length > 0)
            {
                form.Add(new("client_secret", await ReadAsync(
                    _options.ClientSecretFile, "AzureKeyVault:ClientSecretFile", cancellationToken)));
            }
            else
            {
                form.Add(new("client_assertion_type", AssertionType));
                form.Add(new("client_assertion", await ReadAsync(
                    _options.FederatedTokenFile, "AzureKeyVault:FederatedTokenFile", cancellationToken)));
            }

            var url = $"{_options.Authority.TrimEnd('/')}/{Uri.EscapeDataString(_options.TenantId)}/oauth2/v2.0/token";
            var answer = await _calls.AskAsync(
                () => new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form) },
                $"The token service at {_options.Authority}", cancellationToken);
            if (!answer.IsDone || answer.TextOf("access_token") is not { } token)
            {
                throw new MasterKeyException(
                    $"The token service at {_options.Authority} gives the application '{_options.ClientId}' no token "
                    + $"({(int)answer.Status} {answer.TextOf("error")}): see its secret or its federated identity.");
            }

            var life = TimeSpan.FromSeconds(answer.NumberOf("expires_in") ?? 0);
            _session = (token, _time.GetUtcNow() + (life * 2 / 3));
            return token;
        }
        finally
        {
            _signingIn.Release();
        }
    }

    private static async Task<string> ReadAsync(string file, string setting, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new MasterKeyException($"{setting} '{file}' cannot be read: {exception.Message}");
        }
    }

    private MasterKeyException Refused(VaultAnswer answer, string operation)
    {
        var remedy = answer.Status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                $"give the application '{_options.ClientId}' the key permissions get, wrapKey and unwrapKey "
                + "(role 'Key Vault Crypto Service Encryption User').",
            HttpStatusCode.NotFound =>
                "make the RSA key, or correct AzureKeyVault:KeyUrl; keep versions that are in use.",
            _ => "see that AzureKeyVault:KeyUrl is that of an RSA key.",
        };
        var code = answer.TextOf("error", "code");
        return new MasterKeyException($"{Vault} does not do {operation} ({(int)answer.Status} {code}): {remedy}");
    }
}
