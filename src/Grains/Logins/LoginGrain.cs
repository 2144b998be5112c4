using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Logins;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Grains.Audit;
using Sluice.Grains.Issuers;
using Sluice.Grains.Secrets;
using Sluice.Rules.Keys;
using Sluice.Rules.Logins;

namespace Sluice.Grains.Logins;

/// <summary>
/// People signing in as one client. What is under way is carried by their browsers; the code in the end is kept by the
/// client's tokens; so nothing is stored here but what operators say, and sign-ins do not wait for each other.
/// </summary>
internal sealed partial class LoginGrain(
    [PersistentState("login")] IPersistentState<StoredLogin> stored, ISecretBox box, IOptions<TokenOptions> options,
    TimeProvider time, ILogger<LoginGrain> logger) : Grain, ILoginGrain
{
    // What is stored; while a change is on its way to the database, what was stored before.
    private StoredLogin _inForce = new();

    private string ClientId => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _inForce = stored.State;
        return Task.CompletedTask;
    }

    public async Task<ChangeReply> Register(LoginDefinition login)
    {
        if (await GrainFactory.GetGrain<IClientAdministration>(ClientId).Describe() is not { } client)
        {
            DeactivateIfNobodys();
            return new ChangeReply(ChangeOutcome.NotFound, $"There is no client {ClientId}.");
        }

        var mistakes = login.ToRule().Mistakes().ToList();
        var providers = await GrainFactory.GetGrain<IProvidersGrain>(client.Tenant).List();
        if (providers.FirstOrDefault(one => one.Provider == login.Provider) is not { Login: not null })
        {
            mistakes.Add($"provider: tenant '{client.Tenant}' has none of that name that people can sign in at.");
        }

        if (mistakes.Count > 0)
        {
            return new ChangeReply(ChangeOutcome.Invalid, string.Join(' ', mistakes));
        }

        // The key stays: whoever signs in meanwhile gets there.
        var key = stored.State.Key.Text.Length > 0
            ? stored.State.Key
            : await box.SealAsync(
                Place, RandomNumberGenerator.GetBytes(LoginTicket.KeyBytes), CancellationToken.None);
        await StoreAsync(stored.State with { Login = login, Tenant = client.Tenant, Key = key });
        LogRegistered(ClientId, login.Provider, login.RedirectAddresses.Length);
        return ChangeReply.Done;
    }

    public async Task<ChangeReply> Remove()
    {
        if (stored.State.Login is null)
        {
            DeactivateIfNobodys();
            return new ChangeReply(ChangeOutcome.NotFound, $"Nobody can sign in as client {ClientId}.");
        }

        await StoreAsync(stored.State with { Login = null, Key = new SealedSecret() });
        LogRemoved(ClientId);
        return ChangeReply.Done;
    }

    public ValueTask<LoginDefinition?> Describe()
    {
        DeactivateIfNobodys();
        return ValueTask.FromResult(_inForce.Login);
    }

    public async Task<LoginReply> Begin(BeginLoginRequest request)
    {
        DeactivateIfNobodys();
        var (state, now) = (_inForce, time.GetUtcNow());
        if (state.Login is not { } login || !options.Value.IsOffered)
        {
            return Refused(LoginRefusal.UnknownClient);
        }

        // Before anything else: a program is told only at an address that is its own what is wrong with its request.
        if (!login.ToRule().Allows(request.RedirectAddress))
        {
            LogUnknownAddress(ClientId);
            return Refused(LoginRefusal.UnknownAddress);
        }

        var asked = request.ToRule();
        if (asked.Judge() is not LoginError.None and var error)
        {
            var sentBack = AuthorizationRequest.IsState(asked.State) ? asked.State : null;
            return Back(request.RedirectAddress, sentBack, error);
        }

        var ticket = new LoginTicket
        {
            LoginId = RandomNumberGenerator.GetString(Base62.Alphabet, LoginTicket.LoginIdLength),
            ClientId = ClientId,
            Provider = login.Provider,
            RedirectAddress = request.RedirectAddress,
            State = asked.State,
            Challenge = asked.Challenge!,
            Scope = asked.Scope ?? "",
            Age = asked.Age is { } age ? AuthorizationRequest.AgeIn(age) : null,
            ExpiresAt = (now + LoginTicket.Life).ToUnixTimeSeconds(),
        };
        var key = await KeyAsync(state);
        try
        {
            var sent = await ProvidersOf(state).BeginSignIn(SignInOf(ticket, key));
            return sent.Outcome is SubjectOutcome.Good
                ? new LoginReply { Address = sent.Address, Ticket = ticket.Format(key) }
                : Back(request.RedirectAddress, asked.State, sent.Outcome.ToError(LoginError.ServerError));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public async Task<LoginReply> Complete(CompleteLoginRequest request)
    {
        DeactivateIfNobodys();
        var state = _inForce;
        if (state.Login is not { } login)
        {
            return Refused(LoginRefusal.UnknownClient);
        }

        var key = await KeyAsync(state);
        try
        {
            // Also where it came back by another provider's way, or the client's people sign in elsewhere by now.
            if (LoginTicket.TryParse(request.Ticket, key, time.GetUtcNow()) is not { } ticket
                || ticket.ClientId != ClientId
                || !ticket.IsState(request.State, key)
                || request.Tenant != state.Tenant
                || request.Provider != ticket.Provider
                || login.Provider != ticket.Provider
                || !login.ToRule().Allows(ticket.RedirectAddress))
            {
                LogUnknownLogin(ClientId);
                return Refused(LoginRefusal.UnknownLogin);
            }

            return request.Error is { } told ? Back(ticket, LoginErrors.OfProvider(told))
                : request.Code is not { } code ? Back(ticket, LoginError.ServerError)
                : await GrantAsync(ticket, SignInOf(ticket, key) with { Code = code, Issuer = request.Issuer }, state);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private string Place => $"client/{ClientId}/login";

    private static LoginReply Refused(LoginRefusal refusal) => new() { Refusal = refusal };

    private async Task<LoginReply> GrantAsync(LoginTicket ticket, SignInRequest request, StoredLogin state)
    {
        var judged = await ProvidersOf(state).SignIn(request);
        if (judged.Outcome is not SubjectOutcome.Good)
        {
            return Back(ticket, judged.Outcome.ToError(LoginError.AccessDenied));
        }

        var granted = await GrainFactory.GetGrain<ITokenGrain>(ClientId).GrantCode(new GrantCodeRequest
        {
            Subject = judged,
            RedirectAddress = ticket.RedirectAddress,
            Challenge = ticket.Challenge,
            Scope = ticket.Scope,
        });
        return granted.Outcome.ToError() is not LoginError.None and var error
            ? Back(ticket, error)
            : new LoginReply
            {
                Address = RedirectAddress.With(
                    ticket.RedirectAddress,
                    ("code", granted.Code), ("state", ticket.State), ("iss", options.Value.Issuer)),
            };
    }

    private LoginReply Back(LoginTicket ticket, LoginError error) => Back(ticket.RedirectAddress, ticket.State, error);

    /// <summary>Whose answer it is stands in errors, too (RFC 9207, 2).</summary>
    private LoginReply Back(string address, string? state, LoginError error)
    {
        var name = LoginErrors.NameOf(error);
        return new LoginReply
        {
            Error = name,
            Address = RedirectAddress.With(
                address, ("error", name), ("state", state), ("iss", options.Value.Issuer)),
        };
    }

    private SignInRequest SignInOf(LoginTicket ticket, byte[] key) => new()
    {
        Provider = ticket.Provider,
        ClientId = ClientId,
        State = ticket.StateBy(key),
        Nonce = ticket.NonceBy(key),
        Verifier = ticket.VerifierBy(key),
        Age = ticket.Age,
    };

    private IProvidersGrain ProvidersOf(StoredLogin state) => GrainFactory.GetGrain<IProvidersGrain>(state.Tenant);

    private ValueTask<byte[]> KeyAsync(StoredLogin state) => box.OpenAsync(Place, state.Key, CancellationToken.None);

    private async Task StoreAsync(StoredLogin next)
    {
        var before = stored.State;
        stored.State = next with
        {
            Audits =
            [
                AuditNotes.OfChange(
                    before.Login is null ? "login.create" : next.Login is null ? "login.remove" : "login.replace",
                    $"client/{ClientId}/login", before.Login, next.Login),
            ],
        };
        try
        {
            await stored.WriteStateAsync();
            _inForce = stored.State = stored.State with { Audits = [] };
        }
        catch
        {
            stored.State = before;
            DeactivateOnIdle(); // The write may have happened: the next activation reads what is true.
            throw;
        }
    }

    /// <summary>Names of clients are easily made up.</summary>
    private void DeactivateIfNobodys()
    {
        if (_inForce.Login is null)
        {
            DeactivateOnIdle();
        }
    }

    [LoggerMessage(1551, LogLevel.Information,
        "People sign in as client {ClientId} at provider {Provider}, and come back to {Count} addresses.")]
    private partial void LogRegistered(string clientId, string provider, int count);

    [LoggerMessage(1552, LogLevel.Information, "People do not sign in as client {ClientId} any more.")]
    private partial void LogRemoved(string clientId);

    [LoggerMessage(1553, LogLevel.Information,
        "Somebody was sent here for client {ClientId} with an address to come back to that is not registered.")]
    private partial void LogUnknownAddress(string clientId);

    [LoggerMessage(1554, LogLevel.Information,
        "Client {ClientId}: a sign-in came back that this browser had not begun, that was over, or that came another "
        + "way than it went.")]
    private partial void LogUnknownLogin(string clientId);
}
