using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Secrets;
using Sluice.Rules;
using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Federation;

/// <summary>People who are sent to a provider, and come back with its code.</summary>
internal sealed partial class ProvidersGrain
{
    /// <summary>Most codes of a tenant's providers that are redeemed at once; more are told to try again.</summary>
    private const int SignInsMax = 64;

    private readonly Dictionary<string, ISignIn> _signIns = [];
    private int _running;

    public async Task<SignInAddress> BeginSignIn(SignInRequest request)
    {
        DeactivateIfNobodys();
        if (SignInOf(request.Provider) is not { } signIn)
        {
            LogNoSignIn(Tenant, request.Provider);
            return new SignInAddress { Outcome = SubjectOutcome.Refused };
        }

        var address = await signIn.AddressAsync(BeginOf(request));
        return address is null
            ? new SignInAddress { Outcome = SubjectOutcome.Unavailable }
            : new SignInAddress { Outcome = SubjectOutcome.Good, Address = address };
    }

    public async Task<SubjectReply> SignIn(SignInRequest request)
    {
        DeactivateIfNobodys();
        if (SignInOf(request.Provider) is not { } signIn)
        {
            LogNoSignIn(Tenant, request.Provider);
            return Refused;
        }

        if (_running >= SignInsMax)
        {
            return new SubjectReply { Outcome = SubjectOutcome.Unavailable };
        }

        _running++;
        SignedIn signedIn;
        try
        {
            signedIn = await signIn.SignInAsync(
                BeginOf(request), request.Code, request.Issuer, client => IsClient(client, request.ClientId));
        }
        catch (ProviderAwayException exception)
        {
            signedIn = SignedIn.Unavailable(exception.Message);
        }
        finally
        {
            _running--;
        }

        // While the person was judged, the provider may have been taken away or changed: ask again.
        if (signedIn.Outcome is SubjectOutcome.Good && _signIns.GetValueOrDefault(request.Provider) != signIn)
        {
            signedIn = SignedIn.Unavailable("it was changed meanwhile");
        }

        if (signedIn is not { Outcome: SubjectOutcome.Good, Token: { } token })
        {
            LogNotSignedIn(Tenant, request.Provider, request.ClientId, signedIn.Reason);
            return new SubjectReply { Outcome = signedIn.Outcome };
        }

        return new SubjectReply
        {
            Outcome = SubjectOutcome.Good,
            Subject = token.Subject,
            Scope = token.Scope.Text,
            Roles = [.. token.Roles],
            ExpiresAt = token.ExpiresAt,
            AuthTime = token.AuthTime,
            Provider = request.Provider,
            Stamp = StampOf(Find(request.Provider)!, request.ClientId),
        };
    }

    public ValueTask<bool> IsUnchanged(string provider, string clientId, string stamp) =>
        ValueTask.FromResult(Find(provider) is { } known && StampOf(known, clientId) == stamp);

    private ProviderDefinition? Find(string provider) => _inForce.FirstOrDefault(one => one.Provider == provider);

    private bool IsClient(string client, string clientId) => Names.ClientId(Tenant, client) == clientId;

    private SignInBegin BeginOf(SignInRequest request) => new(
        ProviderCallback.AddressOf(options.Value.Issuer, Tenant, request.Provider), request.State, request.Nonce,
        request.Verifier, request.Age);

    private ISignIn? SignInOf(string provider)
    {
        if (Find(provider) is not { Login: { } login } definition)
        {
            return null;
        }

        if (!_signIns.TryGetValue(provider, out var signIn))
        {
            var keys = KnownOf(definition);
            var sealedSecret = _secretsInForce.FirstOrDefault(one => one.Provider == provider)?.Secret;
            _signIns[provider] = signIn = login.Kind is SignInKind.WeChatWork
                ? new WeChatWorkSignIn(keys.Provider, requests, () => OpenAsync(provider, sealedSecret), time)
                : new OpenIdSignIn(
                    keys, new KnownDescription(Tenant, keys.Provider, requests, time, logger), requests,
                    () => OpenAsync(provider, sealedSecret), time);
        }

        return signIn;
    }

    /// <summary>Our secret at a provider, opened for one question; null where we have none.</summary>
    private async Task<string?> OpenAsync(string provider, SealedSecret? secret)
    {
        if (secret is null)
        {
            return null;
        }

        var opened = await box.OpenAsync(ProviderSecrets.PlaceOf(Tenant, provider), secret, CancellationToken.None);
        try
        {
            return Encoding.UTF8.GetString(opened);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened);
        }
    }

    /// <summary>All that decides who somebody is by this provider, and what they are given as one client.</summary>
    private string StampOf(ProviderDefinition provider, string clientId)
    {
        var text = new StringBuilder();
        foreach (var part in provider.Grants.Where(grant => IsClient(grant.Client, clientId))
            .SelectMany(grant => (string[])[grant.Claim, grant.Pattern, grant.Scope, string.Join(' ', grant.Roles)])
            .Prepend($"{provider.Login?.Kind}").Prepend(provider.SubjectClaim).Prepend(provider.Audience)
            .Prepend(provider.Issuer))
        {
            text.Append(part.Length).Append(':').Append(part);
        }

        return Base64UrlText.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    [LoggerMessage(1548, LogLevel.Warning,
        "Tenant {Tenant}: nobody can sign in at provider {Provider}, which is not there or not set up for it.")]
    private partial void LogNoSignIn(string tenant, string provider);

    [LoggerMessage(1549, LogLevel.Information,
        "Tenant {Tenant}, provider {Provider}: somebody did not get signed in as client {ClientId}: {Reason}.")]
    private partial void LogNotSignedIn(string tenant, string provider, string clientId, string reason);
}
