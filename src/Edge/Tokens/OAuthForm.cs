using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Rules;
using Sluice.Rules.Keys;
using Sluice.Rules.Tokens;

namespace Sluice.Edge.Tokens;

/// <summary>Who says that it asks, before anybody has said whether it is right.</summary>
/// <param name="ClientId">The client that it names.</param>
/// <param name="Key">The key that it shows; null when it shows none.</param>
internal sealed record ClientLogin(string ClientId, KeyText? Key)
{
    /// <summary>What it has signed in place of a key; null when there is none.</summary>
    public string? Assertion { get; init; }

    /// <summary>Where it asks from, as in <see cref="ModelCall.ClientAddress"/>.</summary>
    public UInt128 From { get; init; }

    /// <summary>False: it only names itself.</summary>
    public bool IsProof => Key is not null || Assertion is not null;

    /// <summary>Never what it shows: one that is logged by mistake tells only whose it is.</summary>
    public override string ToString() => $"ClientLogin {ClientId}";
}

/// <summary>A request to the token service: its parameters, each at most once, and who asks.</summary>
internal sealed class OAuthForm
{
    private const long BodyBytesMax = 32 * 1024;

    private static readonly FormOptions Limits = new()
    {
        ValueCountLimit = 64, KeyLengthLimit = 256, ValueLengthLimit = 16 * 1024, BufferBodyLengthLimit = BodyBytesMax,
    };

    private readonly IFormCollection _form;

    private OAuthForm(IFormCollection form, ClientLogin? login, UInt128 from)
    {
        (_form, From) = (form, from);
        Login = login is null ? null : login with { From = from };
    }

    /// <summary>Where it came from, as in <see cref="ModelCall.ClientAddress"/>.</summary>
    public UInt128 From { get; }

    /// <summary>Null when nobody is named.</summary>
    public ClientLogin? Login { get; }

    /// <summary>A parameter; null when it is not there or empty, which is the same (RFC 6749, 3.2).</summary>
    public string? this[string name] => _form.TryGetValue(name, out var values) && values is [{ Length: > 0 } value]
        ? value
        : null;

    /// <summary>
    /// The key that it rests on: that of who asks, or the one that a token is wanted for. Null when it shows none.
    /// </summary>
    public Caller? Presented => (Login?.Key ?? SubjectKey) is not { } key
        ? null
        : new Caller(key.ClientId, key.Version, SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret)));

    // Only where it is what will be judged: of another grant it is a parameter that nobody looks at.
    private KeyText? SubjectKey =>
        this["grant_type"] == TokenRequests.ExchangeGrant
        && this["subject_token_type"] == TokenRequests.KeyType
        && this["subject_token"] is { } subject && KeyText.TryParse(subject, out var key) is KeyTextFault.None
            ? key
            : null;

    public bool Has(string name) => this[name] is not null;

    /// <summary>Reads a request, or says what is wrong with it.</summary>
    public static async Task<(OAuthForm? Form, OAuthError? Error)> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !"application/x-www-form-urlencoded".Equals(type.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            return (null, OAuthError.Invalid("The body must be application/x-www-form-urlencoded."));
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = BodyBytesMax;
        }

        IFormCollection form;
        try
        {
            context.Features.Set<IFormFeature>(new FormFeature(request, Limits));
            form = await request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return (null, OAuthError.Invalid("The body has too much in it."));
        }

        if (form.Any(parameter => parameter.Value.Count > 1))
        {
            return (null, OAuthError.Invalid("A parameter stands twice."));
        }

        return TryLogin(request, form, out var login, out var error)
            ? (new OAuthForm(form, login, context.Call().ClientAddress), null)
            : (null, error);
    }

    /// <summary>One way to authenticate per request (RFC 6749, 2.3).</summary>
    private static bool TryLogin(
        HttpRequest request, IFormCollection form, out ClientLogin? login, [NotNullWhen(false)] out OAuthError? error)
    {
        (login, error) = (null, null);
        var (id, secret) = (One(form, "client_id"), One(form, "client_secret"));
        if (One(form, "client_assertion") is not null || One(form, "client_assertion_type") is not null)
        {
            if (secret is not null || request.Headers.Authorization.Count > 0)
            {
                error = TwoWays;
                return false;
            }

            (login, error) = AssertedBy(form, id);
            return error is null;
        }

        if (request.Headers.Authorization.Count > 0)
        {
            if (secret is not null)
            {
                error = TwoWays;
                return false;
            }

            if (request.Headers.Authorization is not [{ } header] || BasicIn(header) is not var (basicId, basicSecret))
            {
                error = OAuthError.NoClient;
                return false;
            }

            if (id is not null && id != basicId)
            {
                error = OAuthError.Invalid("The client names itself in two ways.");
                return false;
            }

            (id, secret) = (basicId, basicSecret);
        }

        if (id is null && secret is null)
        {
            return true;
        }

        KeyText? key = null;
        if (secret is not null)
        {
            // A key that is mistyped, or another client's, is refused without asking anybody.
            if (KeyText.TryParse(secret, out var read) is not KeyTextFault.None
                || (id is not null && read.ClientId != id))
            {
                error = OAuthError.WrongClient;
                return false;
            }

            key = read;
        }

        if (id is not null && !Names.IsClientId(id))
        {
            error = OAuthError.WrongClient;
            return false;
        }

        login = new ClientLogin(id ?? key!.Value.ClientId, key);
        return true;
    }

    private static OAuthError TwoWays => OAuthError.Invalid("The client authenticates in two ways at once.");

    /// <summary>Whose an assertion says it is; its client's grain judges it, and nothing is believed here.</summary>
    private static (ClientLogin? Login, OAuthError? Error) AssertedBy(IFormCollection form, string? id)
    {
        if (One(form, "client_assertion") is not { } assertion
            || One(form, "client_assertion_type") is not ClientAssertion.FormType)
        {
            return (null, OAuthError.Invalid(
                $"A client_assertion comes with the client_assertion_type {ClientAssertion.FormType}."));
        }

        return ClientAssertion.ClaimedClient(assertion) is { } client && (id ?? client) == client
            ? (new ClientLogin(client, null) { Assertion = assertion }, null)
            : (null, OAuthError.WrongAssertion);
    }

    private static string? One(IFormCollection form, string name) =>
        form.TryGetValue(name, out var values) && values is [{ Length: > 0 } value] ? value : null;

    /// <summary>Id and secret were form-encoded before they were put together (RFC 6749, 2.3.1).</summary>
    private static (string Id, string Secret)? BasicIn(string header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value)
            || !"Basic".Equals(value.Scheme, StringComparison.OrdinalIgnoreCase)
            || value.Parameter is not { } encoded)
        {
            return null;
        }

        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || colon == text.Length - 1
            ? null
            : (WebUtility.UrlDecode(text[..colon]), WebUtility.UrlDecode(text[(colon + 1)..]));
    }
}
