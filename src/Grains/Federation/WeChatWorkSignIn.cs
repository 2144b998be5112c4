using Sluice.Rules.Federation;

namespace Sluice.Grains.Federation;

/// <summary>
/// Sign-in at WeChat Work: the application's access token, which is kept while it is good, tells whose a code is. There
/// is no proof key and no nonce: that the code came by the browser that was sent is all that binds it.
/// </summary>
/// <param name="provider">The provider.</param>
/// <param name="requests">Asks it.</param>
/// <param name="secret">Opens the application's secret.</param>
/// <param name="time">The clock.</param>
internal sealed class WeChatWorkSignIn(
    IdentityProvider provider, IProviderRequests requests, Func<Task<string?>> secret, TimeProvider time) : ISignIn
{
    /// <summary>A token is not used to its very end: the question takes some time, too.</summary>
    private static readonly TimeSpan Spare = TimeSpan.FromMinutes(1);

    private readonly long _started = time.GetTimestamp();
    private string? _token;
    private TimeSpan _goodUntil;
    private Task<string?>? _getting;

    private TimeSpan Now => time.GetElapsedTime(_started);

    public Task<string?> AddressAsync(SignInBegin begin) =>
        Task.FromResult<string?>(WeChatWork.AddressFor(provider, begin));

    public async Task<SignedIn> SignInAsync(
        SignInBegin begin, string code, string? issuer, Func<string, bool> isClient)
    {
        if (issuer is not null && issuer != provider.Issuer)
        {
            return SignedIn.Refused("the answer is another issuer's");
        }

        // Nobody says there when a person showed who they are, so nothing can be said to be fresh.
        if (!LoginTokenRules.IsFresh(authTime: null, begin.Age, time.GetUtcNow()))
        {
            return SignedIn.Refused("it does not say when people signed in");
        }

        for (var attempt = 0; attempt < 2; attempt++)
        {
            if (await TokenAsync() is not { } token)
            {
                return SignedIn.Unavailable("it gives no access token");
            }

            var answer = await requests.SendAsync(
                new ProviderQuestion(WeChatWork.MemberAddress(provider, token, code)), CancellationToken.None);
            switch (WeChatWork.TryReadMember(answer.Body, provider, isClient, out var member))
            {
                case WeChatAnswer.Good:
                    return SignedIn.As(member!);
                case WeChatAnswer.Refused:
                    return SignedIn.Refused("the code is not good there, or nothing is granted to whose it is");
                case WeChatAnswer.StaleToken:
                    _token = _token == token ? null : _token; // Unless somebody has got the next one already.
                    break;
                default:
                    return SignedIn.Unavailable($"it answered {answer.Status} and told nobody's name");
            }
        }

        return SignedIn.Unavailable("it takes no token that it gives");
    }

    private Task<string?> TokenAsync() =>
        _token is not null && Now < _goodUntil ? Task.FromResult<string?>(_token) : _getting ??= GetAsync();

    private async Task<string?> GetAsync()
    {
        await Task.Yield(); // Whoever began it keeps it first.
        try
        {
            var asked = Now;
            if (await secret() is not { } own)
            {
                return null;
            }

            var answer = await requests.SendAsync(
                new ProviderQuestion(WeChatWork.TokenAddress(provider, own)), CancellationToken.None);
            if (WeChatWork.TryReadToken(answer.Body, out var token, out var seconds) is not WeChatAnswer.Good)
            {
                return null;
            }

            (_token, _goodUntil) = (token, asked + TimeSpan.FromSeconds(seconds) - Spare);
            return token;
        }
        finally
        {
            _getting = null;
        }
    }
}
