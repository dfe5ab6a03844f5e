# gnuplot loss-cost.gp: rate lost to frames lost with 1e-4, against frames gone back
set terminal svg size 640,360 dynamic font "sans,12"
set output "loss-cost.svg"
set xlabel "frames sent again per loss, W"
set ylabel "cost [flow's own time]"
set logscale xy
set xrange [0.7:300]
set yrange [5e-5:5e-2]
set key top left
set grid
# W, cost ÷ (p ÷ (1 − p)) × 1e-4, of the table
$measured << EOD
1 1.0001e-4
1 1.0001e-4
1 1.0262e-4
5 5.0022e-4
14 1.4021e-3
123 1.2464e-2
131 1.3288e-2
157 1.5958e-2
165 1.6786e-2
EOD
plot 1e-4*x with lines lc "gray" title "closed form", $measured with points pt 7 lc "#0060ad" title "measured"
