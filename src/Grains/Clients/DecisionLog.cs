using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RequestId = Sluice.Rules.Limits.RequestId;
using Verdict = Sluice.Rules.Admission.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>A decision as it is kept: what was asked, what was answered, and where every limit stood.</summary>
internal struct KeptDecision
{
    public RequestId RequestId;
    public DateTimeOffset At;
    public Verdict Verdict;
    public TimeSpan RetryAfter;
    public string? RefusedBy;
    public UInt128 ShadowRefusals;
    public string Model;
    public int KeyVersion;
    public Costs Costs;
    public PlanDefinition Plan;
    public ClientPolicy Policy;

    public string Role;

    /// <summary>The roles of its token; null for a key, and for a token that says none.</summary>
    public string? TokenRoles;

    /// <summary>The limits of its tenant, when one of them refused; else null.</summary>
    public LimitExplanation[]? TenantLimits;

    /// <summary>The limit that its stream was to end for; null when it was not.</summary>
    public string? StoppedBy;

    private LimitLevel[]? _levels;

    /// <summary>Where the limits of <see cref="Policy"/> stood. Room that is there is used again.</summary>
    public Span<LimitLevel> Levels
    {
        get
        {
            var count = Explanation.CountLevels(Policy);
            if (_levels is null || _levels.Length < count)
            {
                _levels = new LimitLevel[count];
            }

            return _levels.AsSpan(0, count);
        }
    }
}

/// <summary>
/// The last decisions about one client, in a ring. It grows by doubling up to its bound, so a client that asks seldom
/// keeps little; once it is full, a decision takes the room of the oldest and allocates nothing.
/// </summary>
/// <param name="capacity">How many are kept at most; 0 keeps none.</param>
internal sealed class DecisionLog(int capacity)
{
    private const int LengthMin = 8;

    private KeptDecision[] _ring = [];
    private int _next;
    private int _count;

    /// <summary>True: nothing is ever kept.</summary>
    public bool IsOff => capacity == 0;

    /// <summary>The place of the next decision; whoever asks for it fills all of it.</summary>
    /// <remarks>Requires that it is not <see cref="IsOff"/>.</remarks>
    public ref KeptDecision Next()
    {
        if (_count == _ring.Length && _count < capacity)
        {
            Array.Resize(ref _ring, Math.Min(capacity, Math.Max(LengthMin, 2 * _count)));
            _next = _count; // Until it is as large as it may be, it has never been around.
        }

        ref var place = ref _ring[_next];
        _next = (_next + 1) % _ring.Length;
        _count = Math.Min(_count + 1, _ring.Length);
        return ref place;
    }

    /// <summary>The newest decision about a call; a null reference when none is kept.</summary>
    /// <param name="requestId">The call.</param>
    /// <param name="most">How many are looked at, newest first: who asks for every call asks for few.</param>
    public ref KeptDecision Find(RequestId requestId, int most = int.MaxValue)
    {
        for (var age = 1; age <= Math.Min(_count, most); age++)
        {
            ref var kept = ref _ring[(_next - age + _ring.Length) % _ring.Length];
            if (kept.RequestId == requestId)
            {
                return ref kept;
            }
        }

        return ref System.Runtime.CompilerServices.Unsafe.NullRef<KeptDecision>();
    }
}
