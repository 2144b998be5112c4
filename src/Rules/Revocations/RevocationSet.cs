using System.Collections.Immutable;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Revocations;

/// <summary>
/// What is revoked, in the form that it is asked for: once per request, from any thread, in one look-up. It never
/// changes; the next one takes its place.
/// </summary>
public sealed class RevocationSet
{
    public static readonly RevocationSet Empty = new([]);

    private readonly Dictionary<string, Ends> _clients = [];
    private readonly Dictionary<string, Ends> _tenants = [];
    private readonly Dictionary<string, long> _plans = [];
    private readonly Dictionary<string, long> _issuers = [];
    private readonly Dictionary<string, long> _tokensOfClients = [];
    private readonly Dictionary<string, long> _tokensOfTenants = [];
    private readonly HashSet<string> _tokens = [];

    /// <param name="entries">In any order; of those that say the same, the one that ends most counts.</param>
    public RevocationSet(IEnumerable<Revocation> entries)
    {
        foreach (var (_, kind, subject, number, _) in entries)
        {
            switch (kind)
            {
                case RevocationKind.KeyVersion:
                    var versions = Of(_clients, subject).KeyVersions;
                    _clients[subject] = Of(_clients, subject) with
                    {
                        KeyVersions = versions.Contains(number) ? versions : versions.Add(number),
                    };
                    break;
                case RevocationKind.Client:
                    _clients[subject] = Of(_clients, subject).Ended(number);
                    break;
                case RevocationKind.ClientPolicy:
                    _clients[subject] = Of(_clients, subject).Changed(number);
                    break;
                case RevocationKind.Tenant:
                    _tenants[subject] = Of(_tenants, subject).Ended(number);
                    break;
                case RevocationKind.TenantPolicy:
                    _tenants[subject] = Of(_tenants, subject).Changed(number);
                    break;
                case RevocationKind.PlanPolicy:
                    _plans[subject] = Math.Max(_plans.GetValueOrDefault(subject), number);
                    break;
                case RevocationKind.Issuer:
                    _issuers[subject] = Math.Max(_issuers.GetValueOrDefault(subject), number);
                    break;
                case RevocationKind.ClientTokens:
                    _tokensOfClients[subject] = Math.Max(_tokensOfClients.GetValueOrDefault(subject), number);
                    break;
                case RevocationKind.TenantTokens:
                    _tokensOfTenants[subject] = Math.Max(_tokensOfTenants.GetValueOrDefault(subject), number);
                    break;
                case RevocationKind.Token:
                    _tokens.Add(subject);
                    break;
                default:
                    break; // Of a newer version: it ends what this one does not have.
            }
        }
    }

    /// <param name="KeyVersions">Those that are revoked.</param>
    /// <param name="EndedBelow">Decisions by less than this change count for nothing; 0 for none.</param>
    /// <param name="ChangedBelow">What is remembered by less than this change counts for nothing.</param>
    private readonly record struct Ends(ImmutableArray<long> KeyVersions, long EndedBelow, long ChangedBelow)
    {
        public Ends Ended(long number) => Changed(number) with { EndedBelow = Math.Max(EndedBelow, number) };

        public Ends Changed(long number) => this with { ChangedBelow = Math.Max(ChangedBelow, number) };
    }

    /// <summary>What a decision about a key is worth, however it was come by.</summary>
    /// <param name="clientId">The client that the key names.</param>
    /// <param name="keyVersion">The version that it names.</param>
    /// <param name="clientChange">The client's change by which it was decided; 0: not known, and not compared.</param>
    public Standing Judge(string clientId, int keyVersion, long clientChange)
    {
        // Nothing is revoked nearly always, and that costs no look-up.
        if (_clients.Count == 0 || !_clients.TryGetValue(clientId, out var ends))
        {
            return Standing.Good;
        }

        return ends.KeyVersions.Contains(keyVersion) ? Standing.KeyRevoked
            : clientChange > 0 && clientChange < ends.EndedBelow ? Standing.Outdated
            : Standing.Good;
    }

    /// <summary>The same, for who knows the tenant too.</summary>
    public Standing Judge(string clientId, int keyVersion, in DecidedBy decided)
    {
        var standing = Judge(clientId, keyVersion, decided.ClientChange);
        return standing is Standing.Good
            && _tenants.Count > 0
            && _tenants.TryGetValue(decided.Tenant, out var tenant)
            && decided.TenantVersion < tenant.EndedBelow
                ? Standing.Outdated
                : standing;
    }

    /// <summary>Whether an edge may go on by what it remembers of a key, as far as changes are concerned.</summary>
    public bool MayRemember(string clientId, int keyVersion, in DecidedBy decided) =>
        (_clients.Count == 0
            || !_clients.TryGetValue(clientId, out var client)
            || (!client.KeyVersions.Contains(keyVersion)
                && (decided.ClientChange == 0 || decided.ClientChange >= client.ChangedBelow)))
        && (_tenants.Count == 0
            || !_tenants.TryGetValue(decided.Tenant, out var tenant)
            || decided.TenantVersion >= tenant.ChangedBelow)
        && (_plans.Count == 0
            || !_plans.TryGetValue(decided.Plan, out var plan)
            || decided.PlanVersion >= plan);

    /// <summary>Whether a token is refused that is right otherwise.</summary>
    /// <param name="issuer">Its <c>iss</c>.</param>
    /// <param name="issuedAt">Its <c>iat</c>, in seconds since 1970.</param>
    /// <param name="tokenId">Its <c>jti</c>.</param>
    public bool IsTokenRevoked(string issuer, long issuedAt, string tokenId) =>
        (_issuers.Count > 0 && _issuers.TryGetValue(issuer, out var watermark) && issuedAt < watermark)
        || (_tokens.Count > 0 && _tokens.Contains(tokenId));

    /// <summary>The same, with what ends the tokens of its client and of its tenant.</summary>
    public bool IsTokenRevoked(AccessToken token) =>
        IsTokenRevoked(token.Issuer, token.IssuedAt, token.TokenId)
        || (_tokensOfClients.Count > 0
            && _tokensOfClients.TryGetValue(token.ClientId, out var client) && token.IssuedAt < client)
        || (_tokensOfTenants.Count > 0
            && _tokensOfTenants.TryGetValue(token.Tenant, out var tenant) && token.IssuedAt < tenant);

    private static Ends Of(Dictionary<string, Ends> ends, string subject) =>
        ends.TryGetValue(subject, out var found) ? found : new Ends([], 0, 0);
}
