using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Issuers;
using Sluice.Grains.Secrets;
using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Federation;

/// <summary>
/// The identity providers of one tenant. A token is judged by those of its client's tenant alone, so nobody's provider
/// can speak for somebody else's client. It stays in memory for longer than keys are believed: with it they would be
/// forgotten, and a provider that is away just then would be missed.
/// </summary>
[CollectionAgeLimit(Hours = 2)]
internal sealed partial class ProvidersGrain(
    [PersistentState("providers")] IPersistentState<StoredProviders> stored, IProviderKeySource source,
    IProviderRequests requests, ISecretBox box, IOptions<TokenOptions> options, TimeProvider time,
    ILogger<ProvidersGrain> logger) : Grain, IProvidersGrain
{
    // By the provider's name; what was known of one that was changed or taken away is not there any more.
    private readonly Dictionary<string, ProviderKeys> _known = [];

    // What is stored; while a change is on its way to the database, what was stored before.
    private ProviderDefinition[] _inForce = [];
    private StoredProviderSecret[] _secretsInForce = [];

    private string Tenant => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        TakeEffect();
        return Task.CompletedTask;
    }

    public Task<ChangeReply> Put(ProviderDefinition provider) => PutWithSecret(provider, null);

    public async Task<ChangeReply> PutWithSecret(ProviderDefinition provider, string? sealedSecret)
    {
        if (await GrainFactory.GetGrain<ITenantGrain>(Tenant).Describe() is null)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"There is no tenant '{Tenant}'.");
        }

        var mistakes = new List<string>();
        var (secret, isNew) = (SecretFor(provider, sealedSecret, mistakes), sealedSecret is not null);
        if (provider.ToRule(mistakes) is { } rule)
        {
            mistakes.AddRange(ProviderRules.MistakesIn(rule, options.Value.Issuer));
            mistakes.AddRange(ProviderLogin.MistakesIn(rule, secret is not null));
        }

        if (stored.State.Find(provider.Provider) is null
            && stored.State.Providers.Length >= ProviderRules.ProvidersMax)
        {
            mistakes.Add($"provider: a tenant has {ProviderRules.ProvidersMax} at most.");
        }

        // Otherwise it would be by chance whose grants counted.
        if (stored.State.Providers.Any(one => one.Provider != provider.Provider
            && (one.Issuer, one.Audience) == (provider.Issuer, provider.Audience)))
        {
            mistakes.Add("issuer: another provider of this tenant has the same issuer and audience.");
        }

        if (mistakes.Count > 0)
        {
            return new ChangeReply(ChangeOutcome.Invalid, string.Join(' ', mistakes));
        }

        var setAt = secret is null ? null
            : isNew ? time.GetUtcNow()
            : stored.State.Find(provider.Provider)?.Login?.SecretSetAt;
        var login = provider.Login is null ? null : provider.Login with { SecretSetAt = setAt };
        await StoreAsync(provider.Provider, provider with { Login = login }, secret);
        LogChanged(Tenant, provider.Provider, provider.Issuer);
        return ChangeReply.Done;
    }

    public async Task<ChangeReply> Remove(string provider)
    {
        if (stored.State.Find(provider) is null)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"Tenant '{Tenant}' has no provider '{provider}'.");
        }

        await StoreAsync(provider, null, null);
        LogRemoved(Tenant, provider);
        return ChangeReply.Done;
    }

    public ValueTask<ProviderDefinition[]> List()
    {
        DeactivateIfNobodys();
        return ValueTask.FromResult(_inForce);
    }

    public async Task<SubjectReply> Judge(SubjectRequest request)
    {
        DeactivateIfNobodys();
        foreach (var provider in _inForce.Select(KnownOf))
        {
            if (SubjectTokenRules.TryClaim(request.Token, provider.Provider, time.GetUtcNow()) is not { } claimed)
            {
                continue;
            }

            // While the keys were on their way, the provider may have been taken away or changed: ask again.
            if (await provider.ForAsync(claimed) is not { } keys
                || _known.GetValueOrDefault(provider.Provider.Name) != provider)
            {
                return new SubjectReply { Outcome = SubjectOutcome.Unavailable };
            }

            return ReplyOf(request, provider.Provider, keys);
        }

        LogRefused(Tenant, request.ClientId, "no provider of the tenant could have issued it");
        return Refused;
    }

    private static SubjectReply Refused => new() { Outcome = SubjectOutcome.Refused };

    private SubjectReply ReplyOf(SubjectRequest request, IdentityProvider provider, PublicKeySet keys)
    {
        var fault = SubjectTokenRules.TryRead(
            request.Token, request.Kind.ToRule(), provider, keys,
            client => IsClient(client, request.ClientId), time.GetUtcNow(), out var token);
        if (token is null)
        {
            LogRefused(Tenant, request.ClientId, $"{fault}, of provider {provider.Name}");
            return Refused;
        }

        return new SubjectReply
        {
            Outcome = SubjectOutcome.Good,
            Subject = token.Subject,
            Scope = token.Scope.Text,
            Roles = [.. token.Roles],
            ExpiresAt = token.ExpiresAt,
            AuthTime = token.AuthTime,
        };
    }

    private ProviderKeys KnownOf(ProviderDefinition provider)
    {
        if (!_known.TryGetValue(provider.Provider, out var known))
        {
            var mistakes = new List<string>();
            var rule = provider.ToRule(mistakes) ?? throw new InvalidOperationException(
                $"Provider '{provider.Provider}' of tenant '{Tenant}' cannot be read here: "
                + string.Join(' ', mistakes));
            _known[provider.Provider] = known = new ProviderKeys(Tenant, rule, source, time, logger);
        }

        return known;
    }

    /// <summary>
    /// The secret that was sent, or the one that is stored: but only for whom it was given for. Otherwise whoever may
    /// change a provider could have the secret of the one before sent to a place of their own.
    /// </summary>
    private SealedSecret? SecretFor(ProviderDefinition provider, string? sealedSecret, List<string> mistakes)
    {
        if (sealedSecret is not null)
        {
            return new SealedSecret { Text = sealedSecret };
        }

        if (provider.Login is null || stored.State.SecretOf(provider.Provider) is not { } known)
        {
            return null;
        }

        var before = stored.State.Find(provider.Provider)!;
        if ((before.Issuer, before.Audience, before.Login?.Kind)
            == (provider.Issuer, provider.Audience, provider.Login.Kind))
        {
            return known;
        }

        mistakes.Add("login.clientSecret: must be said again, because it is another provider now.");
        return null;
    }

    private async Task StoreAsync(string name, ProviderDefinition? next, SealedSecret? secret)
    {
        var before = stored.State;
        stored.State = before.With(Tenant, name, next, secret);
        try
        {
            await stored.WriteStateAsync();
            stored.State = stored.State with { Audits = [] };
            TakeEffect();
            _known.Remove(name);
            _signIns.Remove(name);
        }
        catch
        {
            stored.State = before;
            DeactivateOnIdle(); // The write may have happened: the next activation reads what is true.
            throw;
        }
    }

    private void TakeEffect() => (_inForce, _secretsInForce) = (stored.State.Providers, stored.State.Secrets);

    /// <summary>Names of tenants are easily made up.</summary>
    private void DeactivateIfNobodys()
    {
        if (_inForce.Length == 0)
        {
            DeactivateOnIdle();
        }
    }

    [LoggerMessage(1542, LogLevel.Information, "Tenant {Tenant} trusts provider {Provider}, {Issuer}.")]
    private partial void LogChanged(string tenant, string provider, string issuer);

    [LoggerMessage(1543, LogLevel.Information, "Tenant {Tenant} trusts provider {Provider} no more.")]
    private partial void LogRemoved(string tenant, string provider);

    [LoggerMessage(1544, LogLevel.Information,
        "Tenant {Tenant}: a token that somebody else issued is refused for client {ClientId}: {Reason}.")]
    private partial void LogRefused(string tenant, string clientId, string reason);
}
